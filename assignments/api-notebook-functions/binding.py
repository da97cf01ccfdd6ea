"""Ask notebook functions in which one example is one column.

The reference has one example in each row, weights (in, out) and biases (out,), and no
average in a layer. Students' weights are (out, in), biases (out, 1), and 1/m is in dW
and db, where m is the number of examples. Shapes are checked in the students' layout.
"""

from binding_tools import array, number, phase, stand_in, unpack

# Notebooks draw their results, with helpers of the course too; nothing is drawn here.
stand_in("matplotlib.pyplot")
stand_in("course_plots")


def linear(student, x, weight, bias, grad_out=None):
    A_prev, W, b = columns(x), columns(weight), bias[:, None].copy()
    m = len(x)
    phase("forward")
    returned = student.linear_forward(A_prev, W, b)
    Z, cache = unpack(returned, "Z, cache", "linear_forward")
    yield {"out": array(Z, "Z from linear_forward", (len(W), m)).T}
    if grad_out is None:
        return
    phase("backward")
    returned = student.linear_backward(columns(grad_out), cache)
    dA, dW, db = unpack(returned, "dA_prev, dW, db", "linear_backward")
    yield {"grad_x": array(dA, "dA_prev from linear_backward", A_prev.shape).T}
    yield {"grad_weight": m * array(dW, "dW from linear_backward", W.shape).T}
    yield {"grad_bias": m * array(db, "db from linear_backward", b.shape)[:, 0]}


def relu(student, x, grad_out=None):
    yield from activation(student.relu, "relu_backward", student, x, grad_out)


def sigmoid(student, x, grad_out=None):
    yield from activation(student.sigmoid, "sigmoid_backward", student, x, grad_out)


def activation(function, backward, student, x, grad_out):
    Z = columns(x)
    phase("forward")
    A = array(function(Z), f"A from {function.__name__}", Z.shape)
    yield {"out": A.T}
    if grad_out is not None:
        phase("backward")
        dZ = getattr(student, backward)(columns(grad_out), columns(x))
        yield {"grad_x": array(dZ, f"dZ from {backward}", Z.shape).T}


def binary_cross_entropy(student, probabilities, targets, *, options):
    AL, Y = columns(probabilities), columns(targets)
    phase("forward")
    cost = student.compute_cost(AL, Y)
    yield {"loss": number(cost, "The cost from compute_cost")}
    if not options.get("forward_only"):
        phase("backward")
        dAL = array(student.cost_backward(AL, Y), "dAL from cost_backward", AL.shape)
        yield {"grad_probabilities": dAL.T / len(probabilities)}


def columns(rows):
    """Return a copy with rows and columns exchanged."""
    return rows.T.copy()

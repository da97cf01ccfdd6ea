"""Ask functions that come in pairs: one returns a cache, the other takes it."""

from binding_tools import phase, unpack


def linear(student, x, weight, bias, grad_out=None):
    phase("forward")
    returned = student.affine_forward(x, weight, bias)
    out, cache = unpack(returned, "out, cache", "affine_forward")
    yield {"out": out}
    if grad_out is not None:
        phase("backward")
        returned = student.affine_backward(grad_out, cache)
        dx, dw, db = unpack(returned, "dx, dw, db", "affine_backward")
        yield {"grad_x": dx, "grad_weight": dw, "grad_bias": db}


def relu(student, x, grad_out=None):
    phase("forward")
    out, cache = unpack(student.relu_forward(x), "out, cache", "relu_forward")
    yield {"out": out}
    if grad_out is not None:
        phase("backward")
        yield {"grad_x": student.relu_backward(grad_out, cache)}


def batch_norm(
    student, x, gamma, beta, running_mean, running_var, grad_out=None, *, options
):
    training = options["component"] == "batchnorm"
    eps, momentum = options["construct"]
    settings = {
        "mode": "train" if training else "test",
        "eps": eps,
        "momentum": momentum,
        "running_mean": running_mean,
        "running_var": running_var,
    }
    phase("forward")
    returned = student.batchnorm_forward(x, gamma, beta, settings)
    out, cache = unpack(returned, "out, cache", "batchnorm_forward")
    yield {"out": out}
    if training:
        # A student may delete a key; what is missing is said as a missing answer.
        yield {key: settings.get(key) for key in ("running_mean", "running_var")}
    if grad_out is not None:
        phase("backward")
        returned = student.batchnorm_backward(grad_out, cache)
        names = "dx, dgamma, dbeta"
        dx, dgamma, dbeta = unpack(returned, names, "batchnorm_backward")
        yield {"grad_x": dx, "grad_gamma": dgamma, "grad_beta": dbeta}


def softmax_cross_entropy(student, logits, labels):
    phase("forward")
    loss, dx = unpack(student.softmax_loss(logits, labels), "loss, dx", "softmax_loss")
    yield {"loss": loss}
    yield {"grad_logits": dx}

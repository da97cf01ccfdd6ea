"""The perceptron with folded biases: a product and an activation for each weight."""


def depth(operation, arrays):
    # Forward, each weight has a sum over its columns and an activation with its slope
    # of 11 roundings; backward, a sum over its rows and a product. A gradient of a
    # weight sums over the batch once.
    each = (sum(arrays[name].shape) + 12 for name in operation.parameters)
    return sum(each) + len(arrays["x"])


def forward(torch, operation, tensors):
    functions = {
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "identity": lambda signal: signal,
    }
    out = tensors["x"]
    for name in operation.parameters:
        weight = tensors[name]
        first = operation.bias == "folded_first"
        bias, rest = (0, slice(1, None)) if first else (-1, slice(-1))
        signal = torch.nn.functional.linear(out, weight[:, rest], weight[:, bias])
        last = name == operation.parameters[-1]
        own = last and operation.output_activation != "same"
        out = functions[operation.output_activation if own else operation.activation](
            signal
        )
    return out

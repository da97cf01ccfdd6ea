"""LeNet: four products with an activation after three and pooling after two of them."""


def depth(operation, arrays):
    weights = [arrays[name] for name in operation.parameters if "weight" in name]
    # Forward a sum over the inputs of a unit and its bias, backward one over the units
    # that it feeds; a filter of 3x3 has nine of each.
    sums = sum(weight[0].size + weight[:, 0].size + 1 for weight in weights)
    # Value and slope of tanh are 11 roundings; an average is four terms and a quotient,
    # and its share of the gradient one more.
    units = 3 * 12 + 2 * 6
    # The gradient of a filter adds up the places of all images.
    return sums + units + arrays["x"].size


def forward(torch, operation, tensors):
    functional = torch.nn.functional
    act = getattr(torch, operation.activation)
    pool = {"max": functional.max_pool2d, "average": functional.avg_pool2d}
    out = tensors["x"]
    for name in ("conv1", "conv2"):
        weight, bias = tensors[f"{name}_weight"], tensors[f"{name}_bias"]
        out = act(functional.conv2d(out, weight, bias, padding=1))
        out = pool[operation.pooling](out, 2)
    out = out.flatten(1)
    out = act(out @ tensors["linear1_weight"] + tensors["linear1_bias"])
    return out @ tensors["linear2_weight"] + tensors["linear2_bias"]

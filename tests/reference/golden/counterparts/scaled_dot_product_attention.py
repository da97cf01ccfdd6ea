"""Scaled dot-product attention.

A sum over K, the scaling, a shift, exp (8), a sum over the keys, a quotient, and a sum
over the keys; backward one over V and one over the keys, four products or differences,
and a sum over the queries or the keys.
"""


def depth(operation, arrays):
    _, queries, width = arrays["query"].shape
    _, keys, values = arrays["value"].shape
    forward = width + 1 + 1 + 8 + keys + 1 + keys
    return forward + values + keys + 4 + max(queries, keys)


def forward(torch, operation, tensors):
    # The fused kernel keeps the logarithms of the sums of exponentials: at scores of
    # thousands these have lost the digits that the weights in backward need.
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        return torch.nn.functional.scaled_dot_product_attention(
            tensors["query"],
            tensors["key"],
            tensors["value"],
            attn_mask=tensors.get("mask"),
            is_causal=operation.mask == "causal",
            scale=None if operation.scale else 1.0,
        )

"""Multi-head attention.

The chain of scaled dot-product attention with a projection before and after it, both
ways, and a sum over batch and rows at the end. PyTorch always scales, its heads
share the width of the features, and a causal mask is one that is handed in.
"""


def knows(operation):
    square = operation.projections == "square"
    return square and operation.scale and operation.mask != "causal"


def depth(operation, arrays):
    examples, queries, width = arrays["query"].shape
    keys = arrays["key"].shape[1]
    inner, joined = arrays["weight_q"].shape[1], arrays["weight_o"].shape[0]
    heads = operation.heads
    attention = inner // heads + 11 + 2 * keys
    backward = joined // heads + keys + 4 + max(queries, keys)
    projections = (width + 1) + (joined + 1) + width + max(inner, joined)
    return attention + backward + projections + examples * max(queries, keys)


def forward(torch, operation, tensors):
    query, key, value = (tensors[name] for name in ("query", "key", "value"))
    biases = [tensors.get(f"bias_{letter}") for letter in "qkv"]
    # There true means that a query may not attend, and each head has a mask.
    closed = None if "mask" not in tensors else ~tensors["mask"]
    if operation.mask == "given":
        closed = closed.repeat_interleave(operation.heads, dim=0)
    out, _ = torch.nn.functional.multi_head_attention_forward(
        query.transpose(0, 1),
        key.transpose(0, 1),
        value.transpose(0, 1),
        embed_dim_to_check=query.shape[2],
        num_heads=operation.heads,
        in_proj_weight=None,
        in_proj_bias=torch.cat(biases) if operation.bias else None,
        bias_k=None,
        bias_v=None,
        add_zero_attn=False,
        dropout_p=0.0,
        out_proj_weight=tensors["weight_o"].T,
        out_proj_bias=tensors.get("bias_o"),
        attn_mask=closed,
        use_separate_proj_weight=True,
        q_proj_weight=tensors["weight_q"].T,
        k_proj_weight=tensors["weight_k"].T,
        v_proj_weight=tensors["weight_v"].T,
    )
    return out.transpose(0, 1)

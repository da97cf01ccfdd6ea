"""Attention as the paper prints it: scalar loops over nested lists."""

import math

from tests.reference.layers.naive_recurrence import product, transposed


def weights(query, key, allowed, scale):
    """Return the softmax of the scores of one example, 0 where it is not allowed."""
    width = len(query[0])
    rows = []
    for t, q in enumerate(query):
        scores = {}
        for s, k in enumerate(key):
            if allowed[t][s]:
                score = sum(a * b for a, b in zip(q, k, strict=True))
                scores[s] = score / math.sqrt(width) if scale else score
        total = sum(math.exp(score) for score in scores.values())
        rows.append(
            [
                math.exp(scores[s]) / total if s in scores else 0.0
                for s in range(len(key))
            ]
        )
    return rows


def attention(query, key, value, allowed, scale):
    """Attention(Q, K, V) = softmax(Q K^T / sqrt(d_k)) V for one example."""
    return product(weights(query, key, allowed, scale), value)


def attention_backward(dout, query, key, value, allowed, scale):
    """Return the gradients for query, key and value of one example.

    ``d weight_s / d score_r = weight_s (1[s = r] - weight_r)``, as a double loop.
    """
    p = weights(query, key, allowed, scale)
    factor = 1.0 / math.sqrt(len(query[0])) if scale else 1.0
    dp = product(dout, transposed(value))
    keys = range(len(key))
    dscores = [
        [
            factor * sum(dp[t][s] * p[t][s] * (float(s == r) - p[t][r]) for s in keys)
            for r in keys
        ]
        for t in range(len(query))
    ]
    return (
        product(dscores, key),
        product(transposed(dscores), query),
        product(transposed(p), dout),
    )


def columns(matrix, head, heads):
    """Return the block of columns of one head."""
    width = len(matrix[0]) // heads
    return [row[head * width : (head + 1) * width] for row in matrix]

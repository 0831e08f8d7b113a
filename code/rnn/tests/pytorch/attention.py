"""Self-attention, which is torch.nn.functional.scaled_dot_product_attention behind three
torch.nn.Linear; and torch.nn.Embedding.

Shapes:

    attention   x [N, T, D]   w_q, w_k, w_v [d, D]   b_q, b_k, b_v [d]   output [N, T, d]
    embedding   tokens [N, T]   weight [V, D]   output [N, T, D]
"""

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention

from common import flat, multiples, numbers, tensors

# N, T, D, d, scale, causal, lengths (None: all T)
#
# The scale multiplies Linear's initial bound 1/sqrt(D): at 1 all weights are nearly equal, at 3
# float32's rounding of the scores shows in the outputs.
ATTENTION = [
    (1, 1, 1, 1, 1.0, False, None),
    (2, 1, 3, 2, 2.0, True, None),
    (1, 4, 3, 5, 2.0, False, None),
    (1, 4, 3, 5, 2.0, True, None),
    (3, 3, 3, 3, 2.0, False, None),
    (3, 3, 3, 3, 2.0, True, None),
    (2, 5, 2, 4, 1.5, False, None),
    (2, 5, 2, 4, 1.5, True, None),
    (3, 4, 2, 3, 1.5, False, [4, 2, 3]),
    (3, 4, 2, 3, 1.5, True, [4, 2, 3]),
    (3, 4, 3, 3, 2.0, False, [2, 3, 1]),
    (2, 5, 3, 2, 2.0, True, [1, 4]),
]

# N, T, V, D
EMBEDDING = [(1, 1, 1, 1), (1, 6, 3, 2), (3, 3, 3, 3), (3, 2, 7, 4)]


def attention_vectors():
    drawn = [attention_vector(seed, *size) for seed, size in enumerate(ATTENTION)]
    return drawn + [large_scores_vector(causal) for causal in [False, True]]


def embedding_vectors():
    return [embedding_vector(seed, *size) for seed, size in enumerate(EMBEDDING)]


def attention_vector(seed, n, t, d, size, scale, causal, lengths):
    """The output, and the gradients of sum(output * d_output)."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for layer in "qkv":
        arrays[f"w_{layer}"] = multiples(rng, scale / np.sqrt(d), size, d)
        arrays[f"b_{layer}"] = multiples(rng, scale / np.sqrt(d), size)
    arrays["x"] = multiples(rng, 2.0, n, t, d)
    d_output = multiples(rng, 1.0, n, t, size)

    def outcome(dtype):
        leaves = {name: leaf.requires_grad_() for name, leaf in tensors(dtype, arrays).items()}
        output = attend(leaves, causal, lengths)
        output.backward(torch.from_numpy(d_output).to(dtype))
        gradients = {name: numbers(leaf.grad) for name, leaf in leaves.items()}
        return {"output": numbers(output), "gradients": gradients}

    return {
        "name": f"N={n} T={t} D={d} d={size} causal={causal} lengths={lengths or 'all'}",
        "shape": {"n": n, "t": t, "d": d, "size": size},
        "causal": causal,
        "lengths": lengths,
        **flat(arrays),
        "d_output": d_output.ravel().tolist(),
        "float64": outcome(torch.float64),
        "float32": outcome(torch.float32),
    }


def large_scores_vector(causal):
    """Scores whose exponentials are infinite, even in float64. There are no gradients here: they
    are zero but for what is left of large terms.

    All scores are whole numbers, exact in both precisions. Steps come in pairs with the same key,
    so that not all weights are zero or one.
    """
    n, t, d, size = 1, 6, 3, 4
    rng = np.random.default_rng(100)
    arrays = {
        "w_q": rng.integers(-15, 16, (size, d)) * 2.0,
        "b_q": rng.integers(-15, 16, size) * 2.0,
        "w_k": rng.integers(-15, 16, (size, d)) * 1.0,
        "b_k": rng.integers(-15, 16, size) * 1.0,
        "w_v": multiples(rng, 0.25, size, d),
        "b_v": multiples(rng, 0.25, size),
        "x": rng.integers(-3, 4, (n, t, d)) * 1.0,
    }
    arrays["w_k"][:, 2] = 0.0
    arrays["x"][:, 1::2, :2] = arrays["x"][:, ::2, :2]

    def outcome(dtype):
        return {"output": numbers(attend(tensors(dtype, arrays), causal, None))}

    return {
        "name": f"large scores causal={causal}",
        "shape": {"n": n, "t": t, "d": d, "size": size},
        "causal": causal,
        "lengths": None,
        **flat(arrays),
        "d_output": [],
        "float64": outcome(torch.float64),
        "float32": outcome(torch.float32),
    }


def attend(given, causal, lengths):
    x = given["x"]
    q, k, v = (
        torch.nn.functional.linear(x, given[f"w_{layer}"], given[f"b_{layer}"]) for layer in "qkv"
    )
    if lengths is None:
        return scaled_dot_product_attention(q, k, v, is_causal=causal)
    n, t, _ = x.shape
    valid = torch.arange(t) < torch.tensor(lengths)[:, None]
    mask = valid[:, None, :].expand(n, t, t)
    if causal:
        mask = mask & torch.ones(t, t, dtype=torch.bool).tril()
    output = scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return output.masked_fill(~valid[:, :, None], 0.0)


def embedding_vector(seed, n, t, v, d):
    """The output, and the gradient of sum(output * d_output)."""
    rng = np.random.default_rng(seed)
    tokens, weight = rng.integers(0, v, (n, t)), multiples(rng, 2.0, v, d)
    d_output = multiples(rng, 1.0, n, t, d)

    def outcome(dtype):
        layer = torch.nn.Embedding(v, d, dtype=dtype)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight))
        output = layer(torch.from_numpy(tokens))
        output.backward(torch.from_numpy(d_output).to(dtype))
        return {"output": numbers(output), "gradient": numbers(layer.weight.grad)}

    return {
        "name": f"N={n} T={t} V={v} D={d}",
        "shape": {"n": n, "t": t, "v": v, "d": d},
        **flat({"tokens": tokens, "weight": weight, "d_output": d_output}),
        "float64": outcome(torch.float64),
        "float32": outcome(torch.float32),
    }

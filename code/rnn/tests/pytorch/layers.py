"""Layers without a state: torch.nn.Linear, torch.nn.Conv1d, and a window of steps in one Linear.

Shapes:

    Linear   x [N, in]   weight [out, in]   bias [out]   y [N, out]
    Conv1d   x [N, in, L]   weight [out, in, K]   bias [out]   y [N, out, L - K + 1]
    window   x [N, T, D]   weight [H, T D]   bias [H]   y [N, H] = tanh(Linear(flatten(x, 1)))
"""

import numpy as np
import torch

from common import flat, multiples, numbers, tensors

# N, in, out, scale
LINEAR = [
    (1, 1, 1, 1.0),
    (1, 4, 3, 1.0),
    (5, 3, 1, 1.0),
    (3, 3, 3, 2.0),
    (5, 4, 2, 2.0),
]

# N, in, out, K, L
CONV1D = [
    (1, 1, 1, 1, 1),
    (1, 1, 1, 3, 7),
    (2, 3, 4, 1, 5),
    (3, 2, 5, 3, 8),
    (2, 3, 3, 3, 3),
    (1, 4, 2, 5, 9),
]

# N, T, D, H
FNN = [
    (1, 1, 1, 1),
    (1, 5, 2, 3),
    (4, 3, 3, 3),
    (3, 4, 2, 6),
]


def linear_vectors():
    return [linear_vector(seed, *size) for seed, size in enumerate(LINEAR)]


def conv1d_vectors():
    return [conv1d_vector(seed, *size) for seed, size in enumerate(CONV1D)]


def fnn_vectors():
    return [fnn_vector(seed, *size) for seed, size in enumerate(FNN)]


def linear_vector(seed, n, inputs, outputs, scale):
    """y, and the gradients of sum(y * d_y)."""
    rng = np.random.default_rng(seed)
    arrays = {
        "weight": multiples(rng, scale / np.sqrt(inputs), outputs, inputs),
        "bias": multiples(rng, scale / np.sqrt(inputs), outputs),
        "x": multiples(rng, 2.0, n, inputs),
    }
    d_y = multiples(rng, 1.0, n, outputs)

    def outcome(dtype):
        leaves = {name: leaf.requires_grad_() for name, leaf in tensors(dtype, arrays).items()}
        y = torch.nn.functional.linear(leaves["x"], leaves["weight"], leaves["bias"])
        y.backward(torch.from_numpy(d_y).to(dtype))
        gradients = {name: numbers(leaf.grad) for name, leaf in leaves.items()}
        return {"y": numbers(y), "gradients": gradients}

    return {
        "name": f"N={n} in={inputs} out={outputs}",
        "shape": {"n": n, "inputs": inputs, "outputs": outputs},
        **flat(arrays),
        "d_y": d_y.ravel().tolist(),
        "float64": outcome(torch.float64),
        "float32": outcome(torch.float32),
    }


def conv1d_vector(seed, n, inputs, outputs, kernel, length):
    rng = np.random.default_rng(seed)
    bound = 1 / np.sqrt(inputs * kernel)
    arrays = {
        "weight": multiples(rng, bound, outputs, inputs, kernel),
        "bias": multiples(rng, bound, outputs),
        "x": multiples(rng, 2.0, n, inputs, length),
    }

    def y(dtype):
        return numbers(torch.nn.functional.conv1d(*in_order(dtype, arrays)))

    return {
        "name": f"N={n} in={inputs} out={outputs} K={kernel} L={length}",
        "shape": {
            "n": n,
            "inputs": inputs,
            "outputs": outputs,
            "kernel": kernel,
            "length": length,
        },
        **flat(arrays),
        "float64": y(torch.float64),
        "float32": y(torch.float32),
    }


def fnn_vector(seed, n, t, d, h):
    rng = np.random.default_rng(seed)
    bound = 2 / np.sqrt(t * d)
    arrays = {
        "weight": multiples(rng, bound, h, t * d),
        "bias": multiples(rng, bound, h),
        "x": multiples(rng, 2.0, n, t, d),
    }

    def y(dtype):
        x, weight, bias = in_order(dtype, arrays)
        return numbers(torch.nn.functional.linear(torch.flatten(x, 1), weight, bias).tanh())

    return {
        "name": f"N={n} T={t} D={d} H={h}",
        "shape": {"n": n, "t": t, "d": d, "h": h},
        **flat(arrays),
        "float64": y(torch.float64),
        "float32": y(torch.float32),
    }


def in_order(dtype, arrays):
    """x, weight, bias: the order of torch.nn.functional's arguments."""
    given = tensors(dtype, arrays)
    return given["x"], given["weight"], given["bias"]

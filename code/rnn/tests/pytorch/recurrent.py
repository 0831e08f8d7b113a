"""Recurrent layers: torch.nn.RNN, LSTM and GRU, forward and backward.

Shapes, with G = 1 (RNN), 4 (LSTM: i, f, g, o) or 3 (GRU: r, z, n) gates:

    x [N, T, D]   w_ih [G H, D]   w_hh [G H, H]   b_ih, b_hh [G H]
    output [N, T, H]   h_0, h_n, and for the LSTM c_0, c_n [1, N, H]

With L layers of K directions there are L K cells, l0, l0_reverse, l1, l1_reverse, ...

    w_ih [G H, D] in the first layer, [G H, K H] above it
    output [N, T, K H]   h_0, h_n, c_0, c_n [L K, N, H]
"""

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from common import flat, multiples, numbers, tensors

LAYERS = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
GATES = {"rnn": 1, "lstm": 4, "gru": 3}

# N, T, D, H, scale, initial state given?
#
# The scale multiplies PyTorch's initial bound 1/sqrt(H): at 1 tanh is nearly a straight line, at 3
# it bends. The long sequences stay below 2, where the network forgets its rounding errors.
RNN_FORWARD = [
    (1, 1, 1, 1, 1.0, False),
    (1, 1, 3, 4, 3.0, False),
    (1, 1, 3, 4, 3.0, True),
    (4, 1, 6, 3, 2.0, True),
    (1, 7, 5, 5, 2.0, False),
    (2, 5, 10, 20, 1.0, False),
    (2, 5, 10, 20, 1.0, True),
    (2, 5, 10, 20, 2.0, True),
    (3, 4, 4, 4, 2.0, True),
    (4, 4, 4, 4, 3.0, True),
    (3, 3, 2, 5, 2.0, False),
    (5, 3, 1, 1, 3.0, True),
    (3, 6, 7, 1, 3.0, False),
    (2, 8, 3, 16, 1.5, True),
    (9, 3, 5, 33, 2.0, True),
    (1, 50, 3, 8, 1.5, True),
    (2, 50, 2, 6, 1.5, False),
    (1, 50, 10, 20, 1.0, False),
]

# Gates make the weights three or four times as many: smaller shapes.
GATED_FORWARD = [
    (1, 1, 1, 1, 1.0, False),
    (1, 1, 3, 4, 3.0, False),
    (1, 1, 3, 4, 3.0, True),
    (4, 1, 6, 3, 2.0, True),
    (1, 6, 3, 3, 2.0, False),
    (2, 4, 5, 6, 1.0, True),
    (3, 4, 3, 3, 2.0, True),
    (4, 4, 4, 4, 3.0, True),
    (3, 3, 2, 5, 2.0, False),
    (5, 3, 1, 1, 3.0, True),
    (3, 6, 7, 1, 3.0, False),
    (7, 2, 2, 4, 3.0, True),
    (1, 15, 2, 4, 1.5, True),
    (2, 15, 2, 2, 1.5, False),
]

# N, T, D, H, scale, lengths (None: all T). The initial state is given.
GRADIENTS = [
    (1, 1, 1, 1, 1.0, None),
    (1, 1, 3, 4, 2.0, None),
    (4, 1, 2, 3, 3.0, None),
    (1, 5, 2, 3, 2.0, None),
    (3, 3, 3, 3, 2.0, None),
    (4, 2, 1, 2, 3.0, None),
    (2, 7, 2, 3, 1.5, None),
    (3, 4, 2, 3, 2.0, [4, 2, 3]),
    (4, 5, 3, 2, 2.0, [1, 5, 3, 5]),
    (3, 4, 3, 3, 3.0, [2, 3, 1]),
    (1, 4, 2, 1, 2.0, [3]),
]

# L, both directions?, N, T, D, H, scale, lengths (None: all T), initial state given?
#
# With D = K H every layer reads as many numbers: only then does a swap of two layers fit.
STACKS = [
    (1, True, 3, 4, 3, 2, 2.0, None, True),
    (1, True, 3, 4, 2, 2, 2.0, [4, 2, 3], True),
    (1, True, 1, 5, 2, 2, 2.0, None, False),
    (2, False, 3, 4, 2, 2, 2.0, None, True),
    (2, False, 3, 4, 3, 2, 2.0, [2, 4, 1], True),
    (2, True, 3, 3, 4, 2, 2.0, None, True),
    (2, True, 3, 4, 4, 2, 2.0, [3, 1, 4], True),
    (2, True, 3, 3, 3, 2, 2.0, [1, 2, 2], False),
    (3, False, 2, 3, 2, 2, 2.0, None, True),
    (3, True, 2, 3, 4, 2, 2.0, [3, 2], True),
    (3, True, 3, 3, 2, 1, 3.0, None, True),
    (2, True, 1, 1, 3, 2, 2.0, None, False),
    (2, True, 3, 1, 2, 1, 1.5, None, True),
]


def forward_vectors(network):
    sizes = RNN_FORWARD if network == "rnn" else GATED_FORWARD
    return [forward_vector(network, seed, *size) for seed, size in enumerate(sizes)]


def gradient_vectors():
    return [
        gradient_vector(network, seed, *size)
        for network in LAYERS
        for seed, size in enumerate(GRADIENTS)
    ]


def stack_vectors():
    return [
        stack_vector(network, seed, *size)
        for network in LAYERS
        for seed, size in enumerate(STACKS)
    ]


def forward_vector(network, seed, n, t, d, h, scale, has_state):
    rng = np.random.default_rng(seed)
    weights = draw_weights(network, rng, d, h, scale)
    arguments = draw_arguments(network, rng, n, t, d, h)
    if not has_state:
        arguments = {name: array if name == "x" else None for name, array in arguments.items()}

    def outcome(dtype):
        with torch.no_grad():
            output, states = run(layer(network, dtype, weights), tensors(dtype, arguments), None)
        return {"output": numbers(output), **named(states)}

    return {
        "name": f"N={n} T={t} D={d} H={h} scale={scale} h_0={'given' if has_state else 'none'}",
        "shape": {"n": n, "t": t, "d": d, "h": h},
        **flat(weights),
        **flat(arguments),
        "float64": outcome(torch.float64),
        "float32": outcome(torch.float32),
    }


def gradient_vector(network, seed, n, t, d, h, scale, lengths):
    """The gradients of sum(output * d_output) + sum(h_n * d_h_n) (+ sum(c_n * d_c_n))."""
    rng = np.random.default_rng(100 + seed)
    weights = draw_weights(network, rng, d, h, scale)
    arguments = draw_arguments(network, rng, n, t, d, h)
    factors = {"d_output": multiples(rng, 1.0, n, t, h), "d_h_n": multiples(rng, 1.0, 1, n, h)}
    if network == "lstm":
        factors["d_c_n"] = multiples(rng, 1.0, 1, n, h)

    def outcome(dtype):
        network_layer = layer(network, dtype, weights)
        leaves = {name: a.requires_grad_() for name, a in tensors(dtype, arguments).items()}
        output, states = run(network_layer, leaves, lengths)
        results = [output, *states]
        sum((r * f).sum() for r, f in zip(results, tensors(dtype, factors).values())).backward()
        leaves = {name: getattr(network_layer, pytorch_name(name)) for name in weights} | leaves
        gradients = {name: numbers(leaf.grad) for name, leaf in leaves.items()}
        return {"output": numbers(output), **named(states), "gradients": gradients}

    return {
        "name": f"{network} N={n} T={t} D={d} H={h} scale={scale} lengths={lengths or 'all'}",
        "shape": {"n": n, "t": t, "d": d, "h": h},
        "lengths": lengths,
        **flat(weights),
        **flat(arguments),
        **flat(factors),
        "float64": outcome(torch.float64),
        "float32": outcome(torch.float32),
    }


def stack_vector(network, seed, layers, both, n, t, d, h, scale, lengths, has_state):
    """As gradient_vector, of several layers or directions."""
    rng = np.random.default_rng(200 + seed)
    directions = 2 if both else 1
    passes = layers * directions
    cells = [
        draw_weights(network, rng, d if k < directions else directions * h, h, scale)
        for k in range(passes)
    ]
    arguments = draw_arguments(network, rng, n, t, d, h, passes)
    if not has_state:
        arguments = {name: array if name == "x" else None for name, array in arguments.items()}
    factors = {"d_output": multiples(rng, 1.0, n, t, directions * h)}
    factors["d_h_n"] = multiples(rng, 1.0, passes, n, h)
    if network == "lstm":
        factors["d_c_n"] = multiples(rng, 1.0, passes, n, h)

    def outcome(dtype):
        built = stack(network, dtype, cells, both)
        leaves = tensors(dtype, arguments)
        given = [leaf.requires_grad_() for leaf in leaves.values() if leaf is not None]
        output, states = run(built, leaves, lengths)
        results = [output, *states]
        sum((r * f).sum() for r, f in zip(results, tensors(dtype, factors).values())).backward()
        gradients = dict(zip(leaves, (numbers(leaf.grad) for leaf in given)))
        gradients["cells"] = [
            {name: numbers(getattr(built, pytorch_name(name, k, both)).grad) for name in weights}
            for k, weights in enumerate(cells)
        ]
        return {"output": numbers(output), **named(states), "gradients": gradients}

    way = "both ways" if both else "one way"
    sizes = f"L={layers} {way} N={n} T={t} D={d} H={h} lengths={lengths or 'all'}"
    return {
        "name": f"{network} {sizes} h_0={'given' if has_state else 'none'}",
        "shape": {"n": n, "t": t, "d": d, "h": h},
        "bidirectional": both,
        "lengths": lengths,
        "cells": [flat(weights) for weights in cells],
        **flat(arguments),
        **flat(factors),
        "float64": outcome(torch.float64),
        "float32": outcome(torch.float32),
    }


def draw_weights(network, rng, d, h, scale):
    bound, rows = scale / np.sqrt(h), GATES[network] * h
    shapes = {"w_ih": (rows, d), "w_hh": (rows, h), "b_ih": (rows,), "b_hh": (rows,)}
    return {name: multiples(rng, bound, *shape) for name, shape in shapes.items()}


def draw_arguments(network, rng, n, t, d, h, passes=1):
    arguments = {"x": multiples(rng, 2.0, n, t, d), "h_0": multiples(rng, 1.0, passes, n, h)}
    if network == "lstm":
        arguments["c_0"] = multiples(rng, 2.0, passes, n, h)
    return arguments


def layer(network, dtype, weights):
    return stack(network, dtype, [weights], both=False)


def stack(network, dtype, cells, both):
    hidden_size, input_size = cells[0]["w_hh"].shape[1], cells[0]["w_ih"].shape[1]
    layers = len(cells) // (2 if both else 1)
    built = LAYERS[network](
        input_size, hidden_size, layers, batch_first=True, bidirectional=both, dtype=dtype
    )
    with torch.no_grad():
        for k, weights in enumerate(cells):
            for name, weight in weights.items():
                getattr(built, pytorch_name(name, k, both)).copy_(torch.from_numpy(weight))
    return built


def pytorch_name(name, k=0, both=False):
    layer, reverse = divmod(k, 2) if both else (k, 0)
    name = name.replace("w_", "weight_").replace("b_", "bias_")
    return f"{name}_l{layer}{'_reverse' if reverse else ''}"


def run(network_layer, arguments, lengths):
    """The output and the last states: h_n, and c_n after it where there is one."""
    x, *state = arguments.values()
    steps = x.shape[1]
    if lengths is not None:
        x = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    # The LSTM wants a pair. Without any initial state, every layer wants None.
    state = tuple(state) if len(state) == 2 and state[0] is not None else state[0]
    output, last = network_layer(x, state)
    if lengths is not None:
        output, _ = pad_packed_sequence(output, batch_first=True, total_length=steps)
    return output, list(last) if isinstance(last, tuple) else [last]


def named(states):
    return {name: numbers(state) for name, state in zip(["h_n", "c_n"], states)}

"""Cells as formulas, step by step: what PyTorch does not have."""

import numpy as np

from in_pytorch import cell, cells


def gru(layer, x, states, reset_after=True, z_keeps=True):
    """The formula of a GRU, step by step: output [N, T, 2 H]."""
    outputs = []
    for (w_ih, w_hh, b_ih, b_hh), h, turn in zip(cells(layer), states[0], [1, -1], strict=True):
        w_hr, w_hz, w_hn = np.split(w_hh, 3)
        b_hr, b_hz, b_hn = np.split(b_hh, 3)
        steps = []
        for x_t in x.swapaxes(0, 1)[::turn]:
            x_r, x_z, x_n = np.split(x_t @ w_ih.T + b_ih, 3, axis=-1)
            r = sigmoid(x_r + h @ w_hr.T + b_hr)
            z = sigmoid(x_z + h @ w_hz.T + b_hz)
            if reset_after:
                n = np.tanh(x_n + r * (h @ w_hn.T + b_hn))
            else:
                n = np.tanh(x_n + (r * h) @ w_hn.T + b_hn)
            h = z * h + (1 - z) * n if z_keeps else (1 - z) * h + z * n
            steps.append(h)
        outputs.append(np.stack(steps[::turn], axis=1))
    return np.concatenate(outputs, axis=-1)


def lstm_with_peepholes(layer, x, states, p_i, p_o, p_f):
    w_ih, w_hh, b_ih, b_hh = cell(layer, "l0")
    (h, c), steps = (state[0] for state in states), []
    for x_t in x.swapaxes(0, 1):
        i, f, g, o = np.split(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh, 4, axis=-1)
        i, f = sigmoid(i + p_i * c), sigmoid(f + p_f * c)
        c = f * c + i * np.tanh(g)
        h = sigmoid(o + p_o * c) * np.tanh(c)
        steps.append(h)
    return np.stack(steps, axis=1)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))

"""A layer of PyTorch in Keras: its weights, and its outputs in PyTorch's shapes."""

import keras
import numpy as np

LAYERS = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}

# Keras's i, f, c, o and z, r, h as places in PyTorch's i, f, g, o and r, z, n.
ORDER = {"rnn": [0], "lstm": [0, 1, 2, 3], "gru": [1, 0, 2]}


def weights(network, cells, **options):
    """kernel, recurrent_kernel and bias, one direction after the other."""
    return [array for cell in cells for array in cell_weights(network, *cell, **options)]


def cell_weights(
    network,
    w_ih,
    w_hh,
    b_ih,
    b_hh,
    reset_after=True,
    ordered=True,
    transposed=True,
    second_bias=True,
    swapped=False,
):
    """The weights of one direction. The last four arguments make mistakes."""
    if ordered:
        w_ih, w_hh, b_ih, b_hh = (reorder(a, ORDER[network]) for a in (w_ih, w_hh, b_ih, b_hh))
    if not second_bias:
        b_hh = np.zeros_like(b_hh)
    if network == "gru" and reset_after:
        bias = np.stack([b_hh, b_ih] if swapped else [b_ih, b_hh])
    else:
        bias = b_ih + b_hh
    # Numbers poured into the right shape, for want of a transposition.
    turn = np.transpose if transposed else lambda a: a.reshape(a.shape[::-1])
    return [turn(w_ih), turn(w_hh), bias]


def reorder(array, order):
    blocks = np.split(array, len(order))
    return np.concatenate([blocks[place] for place in order])


def layer(network, units, **options):
    return LAYERS[network](units, **options)


def one_direction(network, arrays, x, states, mask=None, return_sequences=True, **options):
    """[outputs], from the states [1, N, H]."""
    built = layer(network, states[0].shape[-1], return_sequences=return_sequences, **options)
    built.build(x.shape)
    built.set_weights(arrays)
    found = built(x, initial_state=[state[0] for state in states], mask=mask)
    return [keras.ops.convert_to_numpy(found)]


def bidirectional(
    network, arrays, x, states, mask=None, merge_mode="concat", return_sequences=True, **options
):
    """[outputs], or with return_state [outputs, forward h (, c), backward h (, c)]."""
    return_state = options.pop("return_state", False)
    inner = layer(
        network,
        states[0].shape[-1],
        return_sequences=return_sequences,
        return_state=return_state,
        **options,
    )
    built = keras.layers.Bidirectional(inner, merge_mode=merge_mode)
    built.build(x.shape)
    built.set_weights(arrays)
    given = [state[direction] for direction in range(2) for state in states]
    found = built(x, initial_state=given, mask=mask)
    return [keras.ops.convert_to_numpy(a) for a in (found if return_state else [found])]


def run(network, arrays, x, states, mask=None, **options):
    """[output [N, T, 2 H], h_n [2, N, H]], and c_n behind them: as PyTorch has them."""
    output, *last = bidirectional(
        network, arrays, x, states, mask=mask, return_state=True, **options
    )
    forward, backward = last[: len(states)], last[len(states) :]
    return [output, *(np.stack(pair) for pair in zip(forward, backward, strict=True))]

"""A layer of PyTorch with weights, inputs and states to try conversions with."""

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from common import multiples
from recurrent import LAYERS

N, T, D, H = 3, 5, 4, 6


def draw(network, input_size=D, num_layers=1, bidirectional=True, scale=2.0):
    """A layer of PyTorch, its input x [N, T, D], and its states h_0 (and c_0) before it.

    The biases are not zero, nor are the states: with zeros many a mistake would not be seen.
    """
    rng = np.random.default_rng(1)
    layer = LAYERS[network](
        input_size,
        H,
        num_layers,
        bidirectional=bidirectional,
        batch_first=True,
        dtype=torch.float64,
    )
    with torch.no_grad():
        for weight in layer.parameters():
            weight.copy_(torch.from_numpy(multiples(rng, scale / np.sqrt(H), *weight.shape)))
    count = num_layers * (2 if bidirectional else 1)
    x = multiples(rng, 2.0, N, T, input_size)
    states = [multiples(rng, 1.0, count, N, H) for _ in state_names(network)]
    return layer, x, states


def state_names(network):
    return ["h", "c"] if network == "lstm" else ["h"]


def cell(layer, suffix):
    """The weights and biases of one layer and direction."""
    names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
    return [getattr(layer, f"{name}_{suffix}").detach().numpy() for name in names]


def cells(layer):
    suffixes = ["l0", "l0_reverse"] if layer.bidirectional else ["l0"]
    return [cell(layer, suffix) for suffix in suffixes]


def run(layer, x, states, lengths=None):
    """[output, h_n], and c_n behind them."""
    steps = x.shape[1]
    x, states = torch.tensor(x), tuple(torch.tensor(state) for state in states)
    if lengths:
        x = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        output, last = layer(x, states if len(states) == 2 else states[0])
    if lengths:
        output, _ = pad_packed_sequence(output, batch_first=True, total_length=steps)
    last = last if isinstance(last, tuple) else [last]
    return [output.numpy(), *(state.numpy() for state in last)]


def relu(layer):
    with_relu = torch.nn.RNN(D, H, nonlinearity="relu", batch_first=True, dtype=torch.float64)
    with_relu.load_state_dict(layer.state_dict())
    return with_relu

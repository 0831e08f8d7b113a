"""The same network in PyTorch, Keras and ONNX: what must be converted, and what happens if not.

    pip install torch==2.15.0 numpy==2.4.6 keras==3.15.1
    pip install onnx==1.23.2 onnxruntime==1.32.0 onnxscript==0.7.2
    python conventions.py

What src/names.md says was tried here. The script converts the weights of torch.nn.RNN, LSTM and
GRU to Keras (with PyTorch as its backend) and to ONNX (its reference and ONNX Runtime). It ends
with an error where outputs differ, and where they agree although a conversion was left out. It
prints the largest difference of each comparison.

The crate's own tests do not run it: what the crate computes is held by the vectors of
make_vectors.py.
"""

import logging
import os

os.environ["KERAS_BACKEND"] = "torch"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import warnings

import keras
import numpy as np
import onnx
import onnxruntime
import onnxscript
import torch

import formulas
import in_keras
import in_onnx
import in_pytorch
from common import multiples
from compare import other, raises, same
from in_pytorch import D, H, N, T
from recurrent import GATES, LAYERS

# What ONNX Runtime raises where it does not take a model.
REFUSED = onnxruntime.capi.onnxruntime_pybind11_state.Fail

LENGTHS = [5, 2, 3]


def main():
    torch.set_num_threads(1)
    keras.config.set_floatx("float64")
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    for library in [torch, keras, onnx, onnxruntime, onnxscript, np]:
        print(library.__name__, library.__version__)
    for network in LAYERS:
        weights_to_keras(network)
        weights_to_onnx(network)
        output_of_keras(network)
        output_of_onnx(network)
        lengths(network)
        axes(network)
    gru_reset()
    gru_keeping()
    onnx_activations()
    onnx_peepholes()
    layers_and_directions()
    exported()
    examples()
    counts()
    initial_weights()
    two_biases_learn_twice()
    dropout()


# ---- Weights ----


def weights_to_keras(network):
    layer, x, states = in_pytorch.draw(network)
    expected = in_pytorch.run(layer, x, states)

    def run(**mistakes):
        weights = in_keras.weights(network, in_pytorch.cells(layer), **mistakes)
        return in_keras.run(network, weights, x, states)

    print(f"\n{network}: PyTorch's weights in Keras")
    same("all converted", run(), expected)
    other("filled in without the transposition", run(transposed=False), expected)
    if network == "gru":
        other("without the order z, r, h", run(ordered=False), expected)
        other("the biases' rows swapped", run(swapped=True), expected)
    else:
        other("without b_hh", run(second_bias=False), expected)
    if network == "lstm":
        same("without another order: i, f, c, o is i, f, g, o", run(ordered=False), expected)

    weights = in_keras.weights(network, in_pytorch.cells(layer))
    gates = GATES[network]
    bias = (2, 3 * H) if network == "gru" else (gates * H,)
    assert [w.shape for w in weights[:3]] == [(D, gates * H), (H, gates * H), bias]
    if network == "rnn":
        square = [w.T if w.shape == (H, H) else w for w in weights]
        found = in_keras.run(network, square, x, states)
        other("the recurrent kernel, which is square, not transposed", found, expected)
    weights[0] = weights[0].T
    raises(ValueError, in_keras.run, network, weights, x, states)


def weights_to_onnx(network):
    layer, x, states = in_pytorch.draw(network)
    expected = in_pytorch.run(layer, x, states)

    def run(runtime="reference", **mistakes):
        return in_onnx.run(
            network,
            *in_onnx.weights(network, in_pytorch.cells(layer), **mistakes),
            x,
            states,
            runtime=runtime,
        )

    print(f"\n{network}: PyTorch's weights in ONNX")
    same("all converted", run(), expected)
    same("all converted, ONNX Runtime", run("onnxruntime"), expected)
    other("directions swapped", run(swapped=True), expected)
    if network != "rnn":
        other("without another order of the gates", run(ordered=False), expected)
        other("the same, ONNX Runtime", run("onnxruntime", ordered=False), expected)
    w, r, b = in_onnx.weights(network, in_pytorch.cells(layer))
    gates = GATES[network]
    assert [a.shape for a in (w, r, b)] == [
        (2, gates * H, D),
        (2, gates * H, H),
        (2, 2 * gates * H),
    ]
    halves = in_onnx.run(network, w, r, np.roll(b, gates * H, axis=1), x, states)
    if network == "gru":
        other("R's biases before W's", halves, expected)
    else:
        same("R's biases before W's: they are only added", halves, expected)


# ---- What comes out ----


def output_of_keras(network):
    layer, x, states = in_pytorch.draw(network)
    output, *last = in_pytorch.run(layer, x, states)
    weights = in_keras.weights(network, in_pytorch.cells(layer))
    forward, backward = weights[:3], weights[3:]

    print(f"\n{network}: Keras's outputs")
    [short] = in_keras.bidirectional(network, weights, x, states, return_sequences=False)
    same(
        "without return_sequences: both directions' last states",
        [short],
        [np.concatenate(list(last[0]), axis=-1)],
    )
    other("output[:, -1] instead", [short], [output[:, -1]])
    for mode, merged in [
        ("sum", output[..., :H] + output[..., H:]),
        ("ave", (output[..., :H] + output[..., H:]) / 2),
        ("mul", output[..., :H] * output[..., H:]),
    ]:
        [found] = in_keras.bidirectional(network, weights, x, states, merge_mode=mode)
        same(f"merge_mode {mode}", [found], [merged])

    one_way = [state[:1] for state in states]
    [found] = in_keras.one_direction(network, forward, x, one_way)
    same("one direction", [found], [output[..., :H]])
    [found] = in_keras.one_direction(network, forward, x, one_way, return_sequences=False)
    same("one direction without return_sequences: its last state", [found], [last[0][0]])

    other_way = [state[1:] for state in states]
    [found] = in_keras.one_direction(network, backward, x, other_way, go_backwards=True)
    same("go_backwards, turned round", [found[:, ::-1]], [output[..., H:]])
    other("go_backwards as it comes", [found], [output[..., H:]])


def output_of_onnx(network):
    layer, x, states = in_pytorch.draw(network)
    output, *last = in_pytorch.run(layer, x, states)
    weights = in_onnx.weights(network, in_pytorch.cells(layer))

    print(f"\n{network}: ONNX's outputs")
    for runtime in ["reference", "onnxruntime"]:
        y, y_h, *_ = in_onnx.run(network, *weights, x, states, runtime=runtime, raw=True)
        assert y.shape == (T, 2, N, H) and y_h.shape == (2, N, H)
        same(
            f"Y [T, 2, N, H] by axes, {runtime}",
            [y.transpose(2, 0, 1, 3).reshape(N, T, 2 * H)],
            [output],
        )
        other(
            f"Y without moving the axis of directions, {runtime}",
            [y.reshape(T, N, 2 * H).transpose(1, 0, 2)],
            [output],
        )
        same(f"Y_h is h_n, {runtime}", [y_h], [last[0]])

    y, *y_last = in_onnx.run(network, *weights, x, states, raw=True, layout=1)
    assert y.shape == (N, T, 2, H) and y_last[0].shape == (N, 2, H)
    same(
        "layout 1: Y [N, T, 2, H], and states [N, 2, H]",
        [y.reshape(N, T, 2 * H), *(state.swapaxes(0, 1) for state in y_last)],
        [output, *last],
    )
    batch_first = {"layout": 1, "runtime": "onnxruntime"}
    raises(REFUSED, in_onnx.run, network, *weights, x, states, **batch_first)

    backward = [array[1:] for array in weights]
    found = in_onnx.run(network, *backward, x, [state[1:] for state in states], direction="reverse")
    same("direction reverse, as it comes", found[:1], [output[..., H:]])


def lengths(network):
    layer, x, states = in_pytorch.draw(network)
    expected = in_pytorch.run(layer, x, states, LENGTHS)
    unpacked = in_pytorch.run(layer, x, states)
    weights = in_keras.weights(network, in_pytorch.cells(layer))
    mask = np.arange(T) < np.array(LENGTHS)[:, None]

    print(f"\n{network}: padding")
    other("PyTorch without packing", unpacked[1:], expected[1:])
    same(
        "Keras with a mask, both directions: zeros behind the end",
        in_keras.run(network, weights, x, states, mask),
        expected,
    )
    other("Keras without a mask", in_keras.run(network, weights, x, states)[1:], expected[1:])
    [found] = in_keras.one_direction(network, weights[:3], x, [s[:1] for s in states], mask=mask)
    repeated = expected[0][..., :H].copy()
    for n, length in enumerate(LENGTHS):
        repeated[n, length:] = repeated[n, length - 1]
    same(
        "Keras with a mask, one direction: the last output again behind the end",
        [found],
        [repeated],
    )
    [found] = in_keras.one_direction(
        network, weights[:3], x, [s[:1] for s in states], mask=mask, zero_output_for_mask=True
    )
    same("the same with zero_output_for_mask", [found], [expected[0][..., :H]])

    weights = in_onnx.weights(network, in_pytorch.cells(layer))
    found = in_onnx.run(network, *weights, x, states, lengths=LENGTHS, runtime="onnxruntime")
    same("ONNX Runtime with sequence_lens", found, expected)
    found = in_onnx.run(network, *weights, x, states, lengths=LENGTHS)
    same("ONNX's reference leaves sequence_lens unread", found, unpacked)


def axes(network):
    """Batch or time first."""
    layer, x, states = in_pytorch.draw(network)
    expected = in_pytorch.run(layer, x, states)

    print(f"\n{network}: axes")
    layer.batch_first = False
    output, *last = in_pytorch.run(layer, x.swapaxes(0, 1), states)
    same(
        "PyTorch, time first, x and output turned, h_0 and h_n not",
        [output.swapaxes(0, 1), *last],
        expected,
    )
    raises(RuntimeError, in_pytorch.run, layer, x, states)
    # Without first states nothing complains. The shape of h_n shows it.
    found = in_pytorch.run(layer, x, [np.zeros((2, T, H)) for _ in states])
    assert found[0].shape == expected[0].shape
    layer.batch_first = True
    zeros = in_pytorch.run(layer, x, [np.zeros((2, N, H)) for _ in states])
    other("PyTorch, time and batch mixed up", found[:1], zeros[:1])
    with torch.no_grad():
        layer.batch_first = False
        output, last = layer(torch.tensor(x))
    h_n = last[0] if network == "lstm" else last
    assert h_n.shape == (2, T, H) and np.array_equal(output.numpy(), found[0])


# ---- GRU ----


def gru_reset():
    """The reset gate before and after the product."""
    layer, x, states = in_pytorch.draw("gru")
    after = in_pytorch.run(layer, x, states)
    before = [formulas.gru(layer, x, states, reset_after=False)]
    weights = in_onnx.weights("gru", in_pytorch.cells(layer))

    print("\ngru: the reset gate")
    same(
        "PyTorch resets after the product",
        [formulas.gru(layer, x, states, reset_after=True)],
        after[:1],
    )
    other("with the reset before it", before, after[:1])

    def keras_gru(**mistakes):
        cells = in_pytorch.cells(layer)
        converted = in_keras.weights("gru", cells, reset_after=False, **mistakes)
        return in_keras.run("gru", converted, x, states, reset_after=False)

    keras_before = keras_gru()
    same("Keras, reset_after=False", keras_before[:1], before)
    other("without b_hh", keras_gru(second_bias=False)[:1], before)
    for runtime in ["reference", "onnxruntime"]:
        found = in_onnx.run("gru", *weights, x, states, runtime=runtime, linear_before_reset=0)
        same(f"ONNX, linear_before_reset=0, {runtime}, is Keras's", found, keras_before)
        default = in_onnx.run("gru", *weights, x, states, runtime=runtime, linear_before_reset=None)
        same(f"and ONNX's default, {runtime}", default, found)
        other(f"ONNX's default with PyTorch's weights, {runtime}", default, after)
    assert keras.layers.GRU(1).reset_after

    # What a poor test would let through: one step from zeros, without a bias.
    for name, weight in layer.named_parameters():
        if name.startswith("bias_hh"):
            torch.nn.init.zeros_(weight)
    nothing = [np.zeros_like(states[0])]
    same(
        "one step from a state of zeros without b_hh tells nothing",
        [formulas.gru(layer, x[:, :1], nothing, reset_after=False)],
        in_pytorch.run(layer, x[:, :1], nothing)[:1],
    )


def gru_keeping():
    """In all three a z near 1 keeps the state. A GRU in which it does not needs other signs."""
    layer, x, states = in_pytorch.draw("gru")
    expected = in_pytorch.run(layer, x, states)

    print("\ngru: what z keeps")
    other("1 - z keeps", [formulas.gru(layer, x, states, z_keeps=False)], expected[:1])
    turn_z(layer)
    same(
        "1 - z keeps, and z's rows have the other sign",
        [formulas.gru(layer, x, states, z_keeps=False)],
        expected[:1],
    )
    turn_z(layer)

    with torch.no_grad():
        for name, weight in layer.named_parameters():
            if name.startswith("bias_ih"):
                weight[H : 2 * H] = 50.0
    stays = [np.concatenate([np.repeat(h[:, None], T, axis=1) for h in states[0]], axis=-1)]
    same("PyTorch, z near 1: the state stays", in_pytorch.run(layer, x, states)[:1], stays)
    weights = in_keras.weights("gru", in_pytorch.cells(layer))
    same("Keras", in_keras.run("gru", weights, x, states)[:1], stays)
    weights = in_onnx.weights("gru", in_pytorch.cells(layer))
    same("ONNX", in_onnx.run("gru", *weights, x, states)[:1], stays)


def turn_z(layer):
    with torch.no_grad():
        for weight in layer.parameters():
            weight[H : 2 * H] *= -1


# ---- What only ONNX has ----


def onnx_activations():
    """One list for each direction: f for RNN, f, g for GRU, f, g, h for LSTM."""
    print("\nONNX's activations, ONNX Runtime")
    for network, each in [
        ("rnn", ["Tanh"]),
        ("gru", ["Sigmoid", "Tanh"]),
        ("lstm", ["Sigmoid", "Tanh", "Tanh"]),
    ]:
        layer, x, states = in_pytorch.draw(network)
        expected = in_pytorch.run(layer, x, states)
        same(
            f"{network}: {each} for each direction", activated(layer, x, states, each * 2), expected
        )
        if len(each) > 1:
            found = activated(layer, x, states, each[::-1] * 2)
            other(f"{network}: {each[::-1]} instead", found, expected)
        raises(REFUSED, activated, layer, x, states, each)

    layer, x, states = in_pytorch.draw("rnn", bidirectional=False, scale=1.0)
    expected = in_pytorch.run(in_pytorch.relu(layer), x, states)
    same("Relu is nonlinearity='relu'", activated(layer, x, states, ["Relu"]), expected)
    other("Tanh instead", activated(layer, x, states, ["Tanh"]), expected)
    weights = in_keras.weights("rnn", in_pytorch.cells(layer))
    [found] = in_keras.one_direction("rnn", weights, x, states, activation="relu")
    same("and Keras's activation='relu'", [found], expected[:1])


def activated(layer, x, states, activations):
    network = layer.mode.split("_")[0].lower()
    return in_onnx.run(
        network,
        *in_onnx.weights(network, in_pytorch.cells(layer)),
        x,
        states,
        direction="bidirectional" if layer.bidirectional else "forward",
        runtime="onnxruntime",
        activations=activations,
    )


def onnx_peepholes():
    """P holds i, o, f; i and f see the old cell state, o the new one."""
    layer, x, states = in_pytorch.draw("lstm", bidirectional=False)
    weights = in_onnx.weights("lstm", in_pytorch.cells(layer))
    p_i, p_o, p_f = multiples(np.random.default_rng(2), 1.0, 3, H)
    expected = [formulas.lstm_with_peepholes(layer, x, states, p_i, p_o, p_f)]

    print("\nONNX's peepholes")
    for runtime in ["reference", "onnxruntime"]:
        options = {"direction": "forward", "runtime": runtime}
        for check, what, order in [
            (same, "i, o, f", [p_i, p_o, p_f]),
            (other, "i, f, o", [p_i, p_f, p_o]),
        ]:
            p = np.concatenate(order)[None]
            output, *_ = in_onnx.run("lstm", *weights, x, states, peepholes=p, **options)
            check(f"P [1, 3 H] as {what}, {runtime}", [output], expected)
        found = in_onnx.run("lstm", *weights, x, states, peepholes=0 * p, **options)
        other(f"P left out, {runtime}", found[:1], expected)
        same(f"P of zeros is PyTorch's, {runtime}", found, in_pytorch.run(layer, x, states))


# ---- Layers ----


def layers_and_directions():
    """The order of PyTorch's weights and states, and the same stack by hand."""
    print("\nlayers and directions")
    names = list(torch.nn.RNN(D, H, num_layers=2).state_dict())
    assert names[0] == "weight_ih_l0" and names[4] == "weight_ih_l1"
    for network in LAYERS:
        layer, x, states = in_pytorch.draw(network, num_layers=2)
        names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
        suffixes = ["l0", "l0_reverse", "l1", "l1_reverse"]
        assert list(layer.state_dict()) == [f"{n}_{suffix}" for suffix in suffixes for n in names]
        assert layer.weight_ih_l1.shape == (GATES[network] * H, 2 * H)
        expected = in_pytorch.run(layer, x, states)

        below, parts = x, []
        in_onnx_below = x
        for suffix, which in [("l0", slice(0, 2)), ("l1", slice(2, 4))]:
            both = [in_pytorch.cell(layer, suffix), in_pytorch.cell(layer, f"{suffix}_reverse")]
            given = [state[which] for state in states]
            weights = in_keras.weights(network, both)
            below, *last = in_keras.run(network, weights, below, given)
            parts.append(last)
            in_onnx_below, *onnx_last = in_onnx.run(
                network, *in_onnx.weights(network, both), in_onnx_below, given
            )
        stacked = [np.concatenate(states) for states in zip(*parts, strict=True)]
        same(
            f"{network}: two Bidirectional of Keras, h_n as l0, l0_reverse, l1, l1_reverse",
            [below, *stacked],
            expected,
        )
        same(
            f"{network}: two nodes of ONNX",
            [in_onnx_below, *onnx_last],
            [expected[0], *(state[2:] for state in expected[1:])],
        )


# ---- Files ----


def exported():
    """What PyTorch's own exporter writes."""
    print("\ntorch.onnx.export")
    for network in LAYERS:
        layer, x, _ = in_pytorch.draw(network)
        layer, x = layer.float(), torch.tensor(x, dtype=torch.float32)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = torch.onnx.export(layer, (x,), verbose=False).model_proto
        operators = [node.op_type for node in model.graph.node]
        print(f"{network}: {' '.join(sorted(set(operators)))}")
        if network == "rnn":
            assert "RNN" not in operators and operators.count("Tanh") == 2 * T
            continue
        [node] = [node for node in model.graph.node if node.op_type == network.upper()]
        arrays = {a.name: onnx.numpy_helper.to_array(a) for a in model.graph.initializer}
        same(
            f"{network}: W, R and B",
            [arrays[name] for name in node.input[1:4]],
            in_onnx.weights(network, in_pytorch.cells(layer)),
        )
        if network == "gru":
            [reset] = [a.i for a in node.attribute if a.name == "linear_before_reset"]
            assert reset == 1
    prefixed = torch.nn.Sequential(torch.nn.GRU(D, H)).state_dict()
    assert list(prefixed)[0] == "0.weight_ih_l0"
    assert not any("bias" in name for name in torch.nn.GRU(D, H, bias=False).state_dict())
    projected = torch.nn.LSTM(D, H, proj_size=2)
    assert projected.weight_hr_l0.shape == (2, H) and projected.weight_hh_l0.shape == (4 * H, 2)


def examples():
    """The two cells of the page whose numbers are written out."""
    print("\nthe page's examples")
    x = np.array([1.0, -1.0]).reshape(1, 2, 1)

    w = np.array([1.0, 2.0, -1.0, 0.5]).reshape(1, 4, 1)
    r = np.array([0.5, 1.0, 2.0, -1.0]).reshape(1, 4, 1)
    b = np.array([0.0, 0.5, 1.0, 0.0, 0.0, 0.0, 0.0, 0.25]).reshape(1, 8)
    states = [np.zeros((1, 1, 1))] * 2
    for runtime in ["reference", "onnxruntime"]:
        output, *_ = in_onnx.run("lstm", w, r, b, x, states, direction="forward", runtime=runtime)
        same(f"the LSTM, {runtime}", [output.ravel()], [[0.4007149, 0.0636176]])

    kernel = np.array([[1.0, -1.0, 0.5, 2.0, 1.0, -0.5]])
    recurrent_kernel = np.array(
        [[0.5, 1.0, -1.0, 0.0, 2.0, -1.0], [-0.5, 0.0, 1.0, 0.5, 1.0, -2.0]]
    )
    bias = np.array([[0.0, 0.5, 0.0, -0.5, 0.25, 0.0], [0.0, 0.0, 0.5, 0.0, -1.0, 0.5]])
    [output] = in_keras.one_direction(
        "gru", [kernel, recurrent_kernel, bias], x, [np.zeros((1, 1, 2))]
    )
    same("the GRU", [output[0, -1]], [[-0.5368220, 0.0330368]])


# ---- Numbers of parameters, and how they start ----


def counts():
    """With 10 inputs and 20 units."""
    print("\nparameters, 10 inputs and 20 units, one direction")
    expected = {"rnn": (640, 620, 640), "lstm": (2560, 2480, 2560), "gru": (1920, 1920, 1920)}
    for network in LAYERS:
        layer = LAYERS[network](10, 20)
        in_torch = sum(weight.numel() for weight in layer.parameters())
        of_keras = in_keras.layer(network, 20)
        of_keras.build((None, None, 10))
        in_onnx_too = sum(array.size for array in in_onnx.weights(network, in_pytorch.cells(layer)))
        found = (in_torch, of_keras.count_params(), in_onnx_too)
        print(f"{network}: PyTorch, Keras and ONNX {found}")
        assert found == expected[network]
        both = LAYERS[network](10, 20, bidirectional=True)
        assert sum(weight.numel() for weight in both.parameters()) == 2 * in_torch
    before = in_keras.layer("gru", 20, reset_after=False)
    before.build((None, None, 10))
    print("gru: Keras with reset_after=False", before.count_params())
    assert before.count_params() == 1860
    two = torch.nn.RNN(10, 20, num_layers=2, bidirectional=True)
    count = sum(weight.numel() for weight in two.parameters())
    print("rnn: PyTorch, two layers, both directions", count)
    assert count == 2 * 640 + 2 * (20 * 40 + 20 * 20 + 2 * 20) == 3760


def initial_weights():
    print("\ninitial weights")
    torch.manual_seed(1)
    keras.utils.set_random_seed(1)
    for network in LAYERS:
        gates = GATES[network]
        for weight in LAYERS[network](100, 64).parameters():
            assert 0.99 / 8 < weight.abs().max() <= 1 / 8  # uniform in ±1/sqrt(H), biases too
        of_keras = in_keras.layer(network, 64)
        of_keras.build((None, None, 100))
        kernel, recurrent_kernel, bias = of_keras.get_weights()
        bound = np.sqrt(6 / (100 + gates * 64))
        assert 0.99 * bound < np.abs(kernel).max() <= bound
        same(
            f"{network}: the rows of Keras's recurrent_kernel are orthonormal",
            [recurrent_kernel @ recurrent_kernel.T],
            [np.eye(64)],
        )
        if gates > 1:
            block = recurrent_kernel[:, :64]
            other(f"{network}: one gate's block is not", [block @ block.T], [np.eye(64)])
        ones = np.concatenate([np.zeros(64), np.ones(64), np.zeros(128)])
        assert np.array_equal(bias, ones if network == "lstm" else np.zeros_like(bias))
    without = keras.layers.LSTM(64, unit_forget_bias=False)
    without.build((None, None, 100))
    assert not without.get_weights()[2].any()


def two_biases_learn_twice():
    """A step of gradient descent moves the sum of two biases twice as far as one."""
    moved = []
    for biases in [1, 2]:
        layer, x, states = in_pytorch.draw("rnn", bidirectional=False)
        layer.bias_hh_l0.requires_grad_(biases == 2)
        before = (layer.bias_ih_l0 + layer.bias_hh_l0).detach().clone()
        optimiser = torch.optim.SGD([p for p in layer.parameters() if p.requires_grad], lr=0.1)
        layer(torch.tensor(x), torch.tensor(states[0]))[0].sum().backward()
        optimiser.step()
        moved.append((layer.bias_ih_l0 + layer.bias_hh_l0 - before).detach().numpy())
    print("\ntwo biases")
    same("learn twice as fast as one", [moved[1]], [2 * moved[0]])


def dropout():
    """PyTorch's falls between layers, Keras's on the inputs."""
    print("\ndropout")
    torch.manual_seed(1)
    x = torch.ones(N, T, D, dtype=torch.float64)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        layer = torch.nn.RNN(D, H, batch_first=True, dropout=0.9, dtype=torch.float64)
    assert len(caught) == 1
    with torch.no_grad():
        trained, evaluated = layer.train()(x)[0], layer.eval()(x)[0]
    same("PyTorch's does nothing in one layer", [trained], [evaluated])
    layer = torch.nn.RNN(D, H, 2, batch_first=True, dropout=0.9, dtype=torch.float64)
    with torch.no_grad():
        trained, evaluated = layer.train()(x)[1], layer.eval()(x)[1]
    same("of two, the lower one's states stay", trained[:1], evaluated[:1])
    other("the upper one's do not", trained[1:], evaluated[1:])
    of_keras = keras.layers.SimpleRNN(H, dropout=0.9)
    nothing = [of_keras(0 * x, training=training).detach() for training in [True, False]]
    same(
        "Keras's falls on the inputs: where they are zero, nothing changes",
        nothing[:1],
        nothing[1:],
    )
    found = [of_keras(x, training=training).detach() for training in [True, False]]
    other("Keras's changes the states of one layer", found[:1], found[1:])


if __name__ == "__main__":
    main()

"""A layer of PyTorch in ONNX: its weights, and its outputs in PyTorch's shapes."""

import numpy as np
import onnxruntime
from onnx import helper
from onnx.reference import ReferenceEvaluator

OPERATORS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
OPSET, IR_VERSION = 22, 10

# ONNX's i, o, f, c and z, r, h as places in PyTorch's i, f, g, o and r, z, n.
ORDER = {"rnn": [0], "lstm": [0, 3, 1, 2], "gru": [1, 0, 2]}

# An exception of a session says what its log says.
onnxruntime.set_default_logger_severity(4)


def weights(network, cells, ordered=True, swapped=False):
    """W, R and B of all directions. The last two arguments make mistakes."""
    w, r, b = [], [], []
    for arrays in reversed(cells) if swapped else cells:
        if ordered:
            arrays = [reorder(a, ORDER[network]) for a in arrays]
        w_ih, w_hh, b_ih, b_hh = arrays
        w.append(w_ih)
        r.append(w_hh)
        b.append(np.concatenate([b_ih, b_hh]))
    return [np.stack(w), np.stack(r), np.stack(b)]


def reorder(array, order):
    blocks = np.split(array, len(order))
    return np.concatenate([blocks[place] for place in order])


def run(
    network,
    w,
    r,
    b,
    x,
    states,
    lengths=None,
    peepholes=None,
    direction="bidirectional",
    runtime="reference",
    raw=False,
    **attributes,
):
    """[output [N, T, directions H], h_n [directions, N, H]], and c_n: as PyTorch has them.

    `raw` leaves Y, Y_h and Y_c as ONNX has them. A GRU resets after the product, unless
    `linear_before_reset` says other (None: ONNX's default).
    """
    if network == "gru":
        attributes.setdefault("linear_before_reset", 1)
    attributes = {name: value for name, value in attributes.items() if value is not None}
    batch_first = attributes.get("layout") == 1
    inputs = {"X": x if batch_first else x.swapaxes(0, 1), "W": w, "R": r, "B": b}
    inputs["sequence_lens"] = None if lengths is None else np.array(lengths, np.int32)
    for name, state in zip(["initial_h", "initial_c"], states, strict=False):
        inputs[name] = state.swapaxes(0, 1) if batch_first else state
    if network == "lstm":
        inputs["P"] = peepholes
    outputs = ["Y", "Y_h", "Y_c"][: 1 + len(states)]
    # The reference computes as precisely as it is asked to, ONNX Runtime in single precision.
    number = np.float64 if runtime == "reference" else np.float32
    inputs = {
        name: array if name == "sequence_lens" else np.ascontiguousarray(array, number)
        for name, array in inputs.items()
        if array is not None
    }
    names = ["X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"]
    names = names if network == "lstm" else names[:6]
    node = helper.make_node(
        OPERATORS[network],
        [name if name in inputs else "" for name in names],
        outputs,
        hidden_size=r.shape[-1],
        direction=direction,
        **attributes,
    )
    found = evaluate(node, inputs, outputs, runtime)
    if raw:
        return found
    y, *last = found
    if batch_first:
        return [y.reshape(*y.shape[:2], -1), *(state.swapaxes(0, 1) for state in last)]
    steps, directions, batch_size, units = y.shape
    return [y.transpose(2, 0, 1, 3).reshape(batch_size, steps, directions * units), *last]


def evaluate(node, inputs, outputs, runtime):
    types = {name: helper.np_dtype_to_tensor_dtype(array.dtype) for name, array in inputs.items()}
    number = types["X"]
    graph = helper.make_graph(
        [node],
        "one_layer",
        [helper.make_tensor_value_info(name, kind, None) for name, kind in types.items()],
        [helper.make_tensor_value_info(name, number, None) for name in outputs],
    )
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    if runtime == "reference":
        return ReferenceEvaluator(model).run(None, inputs)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, inputs)

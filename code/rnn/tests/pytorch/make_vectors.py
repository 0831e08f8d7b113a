"""Makes rnn.json, the vectors that the crate is tested against: what PyTorch computes.

    pip install torch==2.15.0 numpy==2.4.6
    python make_vectors.py

Weights and inputs are multiples of 1/1024: exact in float32, so that both precisions start from
the same numbers. Arrays are flat, row by row, with the shapes

    x [N, T, D]   w_ih [H, D]   w_hh [H, H]   b_ih, b_hh [H]   h_0, h_n [1, N, H]   output [N, T, H]

The file is the same, byte for byte, whenever the same versions run on the same kind of processor.
"""

import json
import platform
from pathlib import Path

import numpy as np
import torch

# N, T, D, H, scale, h_0 given?
#
# The scale multiplies PyTorch's initial bound 1/sqrt(H): at 1 tanh is nearly a straight line, at 3
# it bends. The long sequences stay below 2, where the network forgets its rounding errors.
VECTORS = [
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

NAMES = ["w_ih", "w_hh", "b_ih", "b_hh"]


def vector(seed, n, t, d, h, scale, has_h_0):
    rng = np.random.default_rng(seed)

    def multiples(bound, *shape):
        limit = int(bound * 1024)
        return rng.integers(-limit, limit + 1, shape) / 1024

    bound = scale / np.sqrt(h)
    shapes = [(h, d), (h, h), (h,), (h,)]
    weights = {name: multiples(bound, *shape) for name, shape in zip(NAMES, shapes)}
    x = multiples(2.0, n, t, d)
    h_0 = multiples(1.0, 1, n, h) if has_h_0 else None

    return {
        "name": f"N={n} T={t} D={d} H={h} scale={scale} h_0={'given' if has_h_0 else 'none'}",
        "shape": {"n": n, "t": t, "d": d, "h": h},
        **{name: weight.ravel().tolist() for name, weight in weights.items()},
        "x": x.ravel().tolist(),
        "h_0": h_0.ravel().tolist() if has_h_0 else None,
        "float64": forward(torch.float64, weights, x, h_0),
        "float32": forward(torch.float32, weights, x, h_0),
    }


def forward(dtype, weights, x, h_0):
    hidden_size, input_size = weights["w_ih"].shape
    rnn = torch.nn.RNN(input_size, hidden_size, batch_first=True, dtype=dtype)
    with torch.no_grad():
        for name, weight in weights.items():
            getattr(rnn, name.replace("w_", "weight_").replace("b_", "bias_") + "_l0").copy_(
                torch.from_numpy(weight)
            )
        x = torch.from_numpy(x).to(dtype)
        h_0 = None if h_0 is None else torch.from_numpy(h_0).to(dtype)
        output, h_n = rnn(x, h_0)
    return {"output": numbers(output), "h_n": numbers(h_n)}


def numbers(tensor):
    # str gives the shortest text that reads back as the same number in the tensor's own precision.
    return [float(str(value)) for value in tensor.numpy().ravel()]


def main():
    torch.set_num_threads(1)
    made_with = {
        "torch": torch.__version__.split("+")[0],
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    vectors = [vector(seed, *sizes) for seed, sizes in enumerate(VECTORS)]
    head = json.dumps(made_with)
    body = ",\n".join(json.dumps(v) for v in vectors)
    text = f'{{"made_with": {head},\n"vectors": [\n{body}\n]}}\n'
    Path(__file__).with_name("rnn.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

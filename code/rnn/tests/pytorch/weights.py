"""Trains small models, and saves them as the files that the crate is to load; or the other way round.

    pip install torch==2.15.0 numpy==2.4.6 safetensors==0.8.0
    python weights.py
    python weights.py --check weights/models.json

The first trains each model for a moment, saves its weights in both precisions in the folder
`weights`, and writes what it computes with them beside them: `weights/models.json`. With --check it
loads files that something else has saved, and compares what PyTorch computes with them with what
the JSON beside them says.

Shapes: x [N, T, D], output [N, T, K H], h_n and c_n [L K, N, H], answer [N, 1]. Arrays are flat,
row by row. The files are the same, byte for byte, whenever the same versions run on the same kind
of processor.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from common import multiples, numbers, write

LAYERS = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
DTYPES = {"float32": torch.float32, "float64": torch.float64}
TOLERANCES = {"float32": 1e-6, "float64": 1e-12}

# The layer, and whether the linear layer behind it is saved with it: then the names begin with the
# place in the list, `0.weight_ih_l0`, and without it they do not, `weight_ih_l0`.
MODELS = [
    {"layer": "rnn", "d": 2, "h": 5, "num_layers": 1, "bidirectional": False, "head": False},
    {"layer": "lstm", "d": 2, "h": 3, "num_layers": 2, "bidirectional": False, "head": False},
    {"layer": "gru", "d": 2, "h": 3, "num_layers": 2, "bidirectional": True, "head": True},
]


def build(model, dtype):
    """The layer, and a linear layer that reads the last states of its top layer."""
    layer = LAYERS[model["layer"]](
        model["d"],
        model["h"],
        num_layers=model["num_layers"],
        bidirectional=model["bidirectional"],
        batch_first=True,
    )
    directions = 2 if model["bidirectional"] else 1
    return torch.nn.ModuleList([layer, torch.nn.Linear(directions * model["h"], 1)]).to(dtype)


def saved_part(model, modules):
    return modules if model["head"] else modules[0]


def answer(modules, x):
    layer, head = modules
    _, state = layer(x)
    h_n = state[0] if isinstance(state, tuple) else state
    directions = 2 if layer.bidirectional else 1
    return head(torch.cat(list(h_n[-directions:]), dim=1))


def train(model, rng):
    """A model that has learnt to say the first input of the first step, a little."""
    modules = build(model, torch.float32)
    optimiser = torch.optim.Adam(modules.parameters(), lr=0.02)
    for _ in range(100):
        x = torch.tensor(multiples(rng, 1.0, 16, 4, model["d"]), dtype=torch.float32)
        loss = torch.nn.functional.mse_loss(answer(modules, x), x[:, 0, :1])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    print(f"{model['layer']}: loss {loss.item():.3f}")
    return modules


def outcome(model, modules, x):
    """What the saved part computes."""
    with torch.no_grad():
        output, state = modules[0](x)
        h_n, *c_n = state if isinstance(state, tuple) else (state,)
        results = {"output": numbers(output), "h_n": numbers(h_n)}
        if c_n:
            results["c_n"] = numbers(c_n[0])
        if model["head"]:
            results["answer"] = numbers(answer(modules, x))
        return results


def make(folder):
    """A file for each model and precision."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    vectors = []
    for model in MODELS:
        trained = train(model, rng).state_dict()
        n, t = 3, 6
        x = multiples(rng, 1.0, n, t, model["d"])
        for precision, dtype in DTYPES.items():
            modules = build(model, dtype)
            # float32 numbers are exact in float64.
            modules.load_state_dict(trained)
            if precision == "float64":
                spread(modules)
            file = f"{model['layer']}_{precision}.safetensors"
            save_file(saved_part(model, modules).state_dict(), folder / file, {"format": "pt"})
            x_tensor = torch.tensor(x, dtype=dtype)
            shape = {"n": n, "t": t}
            results = outcome(model, modules, x_tensor)
            vectors.append(
                {"file": file, "precision": precision, **model, **shape}
                | {"x": x.ravel().tolist(), **results}
            )
    write("weights/models.json", vectors)


def spread(modules):
    """Makes numbers that need all digits of float64."""
    with torch.no_grad():
        for parameter in modules.parameters():
            parameter *= 1 + 1e-9


def check(file):
    """Loads each model of the list, strictly, and compares what it computes."""
    for vector in json.loads(file.read_text(encoding="utf-8"))["vectors"]:
        dtype = DTYPES[vector["precision"]]
        tensors = load_file(file.with_name(vector["file"]))
        assert all(tensor.dtype == dtype for tensor in tensors.values()), vector["file"]
        modules = build(vector, dtype)
        saved_part(vector, modules).load_state_dict(tensors, strict=True)
        x = torch.tensor(vector["x"], dtype=dtype)
        results = outcome(vector, modules, x.reshape(vector["n"], vector["t"], vector["d"]))
        deviation = max(
            np.abs(np.array(result) - np.array(vector[name])).max()
            for name, result in results.items()
        )
        print(f"{vector['file']}: at most {deviation:.1e} from what is written beside it")
        assert deviation <= TOLERANCES[vector["precision"]], vector["file"]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        for name in sys.argv[2:]:
            check(Path(name))
    else:
        FOLDER = Path(__file__).with_name("weights")
        FOLDER.mkdir(exist_ok=True)
        make(FOLDER)

"""What every kind of vector needs: exact random numbers, shortest texts, one file format."""

import json
import platform
from pathlib import Path

import numpy as np
import torch


def multiples(rng, bound, *shape):
    """Random multiples of 1/1024 between -bound and bound: exact in float32."""
    limit = int(bound * 1024)
    return rng.integers(-limit, limit + 1, shape) / 1024


def tensors(dtype, arrays):
    """Copies, which may be changed in place. None stays None."""
    return {
        name: None if array is None else torch.tensor(array, dtype=dtype)
        for name, array in arrays.items()
    }


def flat(arrays):
    """The arrays as JSON holds them: row by row, null for None."""
    return {
        name: None if array is None else array.ravel().tolist() for name, array in arrays.items()
    }


def numbers(tensor):
    # str gives the shortest text that reads back as the same number in the tensor's own precision.
    return [float(str(value)) for value in tensor.detach().numpy().ravel()]


def write(file, vectors):
    made_with = {
        "torch": torch.__version__.split("+")[0],
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    head = json.dumps(made_with)
    body = ",\n".join(json.dumps(v) for v in vectors)
    text = f'{{"made_with": {head},\n"vectors": [\n{body}\n]}}\n'
    (Path(__file__).parent / file).write_text(text, encoding="utf-8", newline="\n")

"""Times the library's benchmarks and PyTorch on the same sizes, in turn.

    pip install torch==2.15.0
    python code/rnn/benches/beside_pytorch.py [--rounds 3] [--only step]

Each round runs every benchmark of `beside_pytorch.rs` and then its counterpart, so that what slows
the machine down for a while slows both. The table shows the medians over the rounds. PyTorch runs
on one thread, and so does the library, but for its scan, which uses all cores.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import time
from datetime import date
from pathlib import Path

import torch
import torch.nn.functional as F

ROOT = Path(__file__).resolve().parents[3]
SIZE = 128
STEPS = [64, 512, 4096]


def recurrence(steps):
    """The diagonal recurrence: PyTorch has no stable scan, so it is a loop there."""
    a = torch.rand(steps, SIZE) * 0.1 + 0.9
    b = torch.rand(steps, SIZE) * 2 - 1

    def run():
        h, states = torch.zeros(SIZE), torch.empty(steps, SIZE)
        for t in range(steps):
            h = torch.addcmul(b[t], a[t], h)
            states[t] = h
        return states

    return run


def rnn_step():
    cell, x, h = torch.nn.RNNCell(SIZE, SIZE), torch.rand(1, SIZE), torch.zeros(1, SIZE)
    return lambda: cell(x, h)


def projections():
    return [torch.nn.Linear(SIZE, SIZE) for _ in range(3)]


def attention_step(steps):
    """A step with room in its cache."""
    query, key, value = projections()
    keys, values = torch.rand(1, steps + 1, SIZE), torch.rand(1, steps + 1, SIZE)
    x = torch.rand(1, 1, SIZE)

    def run():
        keys[:, -1:], values[:, -1:] = key(x), value(x)
        return F.scaled_dot_product_attention(query(x), keys, values)

    return run


def rnn_forward(steps):
    layer, x = torch.nn.RNN(SIZE, SIZE, batch_first=True), torch.rand(1, steps, SIZE)
    return lambda: layer(x)


def attention_forward(steps):
    query, key, value = projections()
    x = torch.rand(1, steps, SIZE)
    return lambda: F.scaled_dot_product_attention(query(x), key(x), value(x), is_causal=True)


def counterparts():
    """A function for each benchmark, by the benchmark's name."""
    runs = {"step/rnn/0": rnn_step()}
    for steps in STEPS:
        runs[f"recurrence/loop/{steps}"] = recurrence(steps)
        runs[f"recurrence/scan/{steps}"] = recurrence(steps)
        runs[f"step/attention/{steps}"] = attention_step(steps)
        runs[f"forward/rnn/{steps}"] = rnn_forward(steps)
        runs[f"forward/attention/{steps}"] = attention_forward(steps)
    return dict(sorted(runs.items(), key=lambda run: in_order(run[0])))


def in_order(name):
    kind, steps = name.rsplit("/", 1)
    return kind, int(steps)


def seconds_of_pytorch(run, enough=0.3):
    run()
    times, start = [], time.perf_counter()
    while time.perf_counter() - start < enough or len(times) < 3:
        before = time.perf_counter()
        run()
        times.append(time.perf_counter() - before)
    return statistics.median(times)


def seconds_of_the_library(name):
    cargo = ["cargo", "bench", "--quiet", "--package", "rnn", "--bench", "beside_pytorch"]
    subprocess.run(
        [*cargo, "--", "--quick", "--exact", name], cwd=ROOT, check=True, capture_output=True
    )
    folder = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "criterion"
    # Criterion names the folder after the group and the parameter, or after all with underscores.
    group, parameter = name.rsplit("/", 1)
    group = group.replace("/", "_")
    for place in (f"{group}/{parameter}", f"{group}_{parameter}"):
        file = folder / place / "new" / "estimates.json"
        if file.is_file():
            return json.loads(file.read_text())["median"]["point_estimate"] / 1e9
    raise SystemExit(f"error: Criterion left no estimate of {name} in {folder}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="benchmarks whose name begins so")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(1)
    chosen = {n: run for n, run in counterparts().items() if n.startswith(arguments.only)}
    ours = {name: [] for name in chosen}
    theirs = {name: [] for name in chosen}
    with torch.inference_mode():
        for _ in range(arguments.rounds):
            for name, run in chosen.items():
                ours[name].append(seconds_of_the_library(name))
                theirs[name].append(seconds_of_pytorch(run))

    processor = platform.processor() or platform.machine()
    print(f"{processor}, {os.cpu_count()} cores, {date.today()}, PyTorch {torch.__version__}")
    print(f"{'microseconds':24} {'library':>10} {'PyTorch':>10} {'ratio':>6}")
    for name in chosen:
        library, pytorch = statistics.median(ours[name]), statistics.median(theirs[name])
        print(f"{name:24} {1e6 * library:10.1f} {1e6 * pytorch:10.1f} {library / pytorch:6.2f}")


if __name__ == "__main__":
    main()

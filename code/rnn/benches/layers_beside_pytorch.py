"""Times the library's layers and PyTorch's on the same sizes, in turn, with as many threads each.

    pip install torch==2.15.0
    python code/rnn/benches/layers_beside_pytorch.py [--rounds 9] [--threads 1] [--record FILE]
    python code/rnn/benches/layers_beside_pytorch.py --without-onednn --only lstm

Of its recurrent layers PyTorch hands the LSTM to oneDNN, where a CPU and 32-bit floats allow it, and
runs the tanh network and the GRU operator by operator. `--without-onednn` runs all of them so.

In each round every layer is timed twice, the library first and then PyTorch, each the median of
many runs, so that what slows the machine down for a while slows both. The table shows the medians
over the rounds, and the ratio of the two. `--record` writes them to a file that the book quotes.

Forward is inference. Backward is a forward pass that keeps what it must, and the gradients of all
weights from a gradient of ones by the output; attention, which is causal, also to its inputs.
Everything is float32.
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
NETWORKS = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
# N, T, D, H
SIZES = {
    "i": (2, 5, 10, 20),
    "ii": (1, 1000, 100, 128),
    "iii": (32, 100, 100, 128),
    "iv": (32, 512, 256, 512),
}
# N, T, D, d
ATTENTIONS = {str(t): (1, t, 128, 128) for t in (64, 512, 4096)}
PASSES = ["forward", "backward"]
ENOUGH = 0.3


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1, help="of the library and of PyTorch")
    parser.add_argument("--record", type=Path, help="write the medians to this file as JSON")
    parser.add_argument("--without-onednn", action="store_true", help="also PyTorch's LSTM")
    parser.add_argument("--only", default="", help="measurements whose name begins so: rnn/forward")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.backends.mkldnn.set_flags(_enabled=not arguments.without_onednn)
    kinds = [(n, SIZES) for n in NETWORKS] + [("attention", ATTENTIONS)]
    names = [f"{n}/{p}/{s}" for n, sizes in kinds for p in PASSES for s in sizes]
    names = [name for name in names if name.startswith(arguments.only)]
    library = Library(arguments.threads)
    times = {name: ([], []) for name in names}
    for number in range(arguments.rounds):
        for name in names:
            network, kind, size = name.split("/")
            sizes = (SIZES | ATTENTIONS)[size]
            times[name][0].append(library.seconds(network, kind, sizes))
            times[name][1].append(pytorch_seconds(network, kind, sizes))
        print(f"round {number + 1} of {arguments.rounds}", flush=True)
    library.close()
    report(times, arguments)


class Library:
    """The program that times the library, asked line by line."""

    def __init__(self, threads):
        build = ["cargo", "build", "--release", "--package", "rnn", "--example", "seconds"]
        messages = subprocess.run(
            [*build, "--message-format=json"], cwd=ROOT, check=True, stdout=subprocess.PIPE
        )
        built = [json.loads(line).get("executable") for line in messages.stdout.splitlines()]
        program = [path for path in built if path][-1]
        self.process = subprocess.Popen(
            [program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"RAYON_NUM_THREADS": str(threads)},
        )

    def seconds(self, network, kind, sizes):
        print(network, kind, *sizes, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("error: the program that times the library ended")
        return float(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def pytorch_seconds(network, kind, sizes):
    torch.manual_seed(1)
    forward, backward = attention(*sizes) if network == "attention" else layer(network, *sizes)
    run = forward if kind == "forward" else backward
    run()
    times, start = [], time.perf_counter()
    while time.perf_counter() - start < ENOUGH or len(times) < 3:
        before = time.perf_counter()
        run()
        times.append(time.perf_counter() - before)
    return statistics.median(times)


def layer(network, n, t, d, h):
    layer = NETWORKS[network](d, h, batch_first=True)
    x, d_output = torch.rand(n, t, d) * 3.4 - 1.7, torch.ones(n, t, h)

    def forward():
        with torch.inference_mode():
            layer(x)

    def backward():
        layer.zero_grad(set_to_none=True)
        output, _ = layer(x)
        output.backward(d_output)

    return forward, backward


def attention(n, t, d, size):
    query, key, value = projections = [torch.nn.Linear(d, size) for _ in range(3)]
    x, d_output = torch.rand(n, t, d) * 3.4 - 1.7, torch.ones(n, t, size)

    def attend(x):
        return F.scaled_dot_product_attention(query(x), key(x), value(x), is_causal=True)

    def forward():
        with torch.inference_mode():
            attend(x)

    def backward():
        for projection in projections:
            projection.zero_grad(set_to_none=True)
        leaf = x.clone().requires_grad_()
        attend(leaf).backward(d_output)

    return forward, backward


def report(times, arguments):
    medians = {
        name: [statistics.median(ours), statistics.median(theirs)]
        for name, (ours, theirs) in times.items()
    }
    threads = "one thread" if arguments.threads == 1 else f"{arguments.threads} threads"
    print(f"{processor()}, {threads}, {date.today()}, PyTorch {torch.__version__}")
    print(f"{'microseconds':20} {'library':>10} {'PyTorch':>10} {'ratio':>6}")
    for name, (ours, theirs) in medians.items():
        print(f"{name:20} {1e6 * ours:10.1f} {1e6 * theirs:10.1f} {ours / theirs:6.2f}")
    if arguments.record:
        record = {
            "machine": processor(),
            "date": str(date.today()),
            "pytorch": torch.__version__.split("+")[0],
            "threads": arguments.threads,
            "onednn": not arguments.without_onednn,
            "rounds": arguments.rounds,
            "seconds": medians,
        }
        arguments.record.write_text(json.dumps(record, indent=2) + "\n")


def processor():
    """The processor's name, as Linux tells it, or what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()

"""The layers of a record with PyTorch on the same card: cuDNN's network, a loop of operations, and that loop as a CUDA
graph, which is handed over as a whole. Needs a PyTorch with CUDA.

    cargo run -p gpu -- --record record.json
    python code/gpu/beside_pytorch.py record.json

--record FILE writes the seconds as JSON, too.
"""

import argparse
import json
import statistics
import sys

ROUNDS = 9


def seconds(torch, job):
    """The median seconds of a job by the card's clock. The first run is not counted."""
    job()
    found = []
    for _ in range(ROUNDS):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        torch.cuda.synchronize()
        begin.record()
        job()
        end.record()
        torch.cuda.synchronize()
        found.append(begin.elapsed_time(end) * 1e-3)
    return statistics.median(found)


def layer(torch, device, batch, steps, size):
    """A network of PyTorch, its inputs, and the same layer as a loop of operations; time is the first axis."""
    network = torch.nn.RNN(size, size).to(device).eval()  # else cuDNN keeps what a backward pass would need
    x = torch.rand(steps, batch, size, device=device) * 2 - 1
    w_ih, w_hh, b_ih, b_hh = (weight.detach() for weight in network.parameters())
    states = torch.zeros(steps + 1, batch, size, device=device)

    def loop():
        for t in range(steps):
            of_input = torch.addmm(b_ih, x[t], w_ih.T)
            of_state = torch.addmm(b_hh, states[t], w_hh.T)
            torch.tanh(of_input + of_state, out=states[t + 1])

    return network, x, loop, states


def as_graph(torch, loop):
    """The loop, recorded once; calling it hands over all its launches at the same time."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        loop()  # what is made ready at the first call does not belong into the record
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loop()
    return graph.replay


def measure(torch, batch, steps, size):
    """Seconds a step of each way, and the largest difference between network and graph."""
    network, x, loop, states = layer(torch, "cuda", batch, steps, size)
    graph = as_graph(torch, loop)
    found = {
        "hidden": size,
        "batch": batch,
        "steps": steps,
        "cudnn": seconds(torch, lambda: network(x)) / steps,
        "loop": seconds(torch, loop) / steps,
        "graph": seconds(torch, graph) / steps,
    }
    states[1:].zero_()
    graph()
    found["error"] = float((network(x)[0] - states[1:]).abs().max())
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("of", metavar="RECORD", help="a record that `cargo run -p gpu -- --record` has made")
    arguments.add_argument("--record", metavar="FILE", help="write the seconds as JSON, too")
    arguments = arguments.parse_args()
    try:
        with open(arguments.of, encoding="utf-8") as file:
            record = json.load(file)
        layers = record["layers"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"error: {arguments.of} is no record: {error}")
    try:
        import torch
    except ImportError:
        sys.exit("error: there is no PyTorch here: pip install torch==2.15.0")
    if not torch.cuda.is_available():
        sys.exit("error: this PyTorch has no card: it needs a build with CUDA, and a card by NVIDIA")
    # Products in full f32, as ours.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.manual_seed(1)
    print(f"PyTorch {torch.__version__} on {torch.cuda.get_device_name()}: microseconds a step, inputs included")
    print("    H     N     T     cuDNN      loop     graph    fastest of ours   difference of cuDNN and graph")
    rows = []
    try:
        with torch.inference_mode():
            for ours in layers:
                sizes = ours["sizes"]
                row = measure(torch, sizes["batch"], sizes["steps"], sizes["hidden"])
                rows.append(row)
                right = [way for way in ours["ways"] if way["error"] is not None and way["error"] <= 1e-5]
                best = min(right, key=lambda way: way["each"], default=None)
                own = f"{best['each'] * 1e6:9.2f} {best['way']}" if best else "–"
                times = " ".join(f"{row[way] * 1e6:9.2f}" for way in ("cudnn", "loop", "graph"))
                print(f"{row['hidden']:5} {row['batch']:5} {row['steps']:5} {times}  {own:>20} {row['error']:12.0e}", flush=True)
    finally:
        # Also what was found before an error.
        if arguments.record:
            found = {"pytorch": torch.__version__, "device": torch.cuda.get_device_name(), "layers": rows}
            with open(arguments.record, "w", encoding="utf-8") as file:
                json.dump(found, file, indent=2)


if __name__ == "__main__":
    main()

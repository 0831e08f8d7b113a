"""Losses with their gradients, optimisers step by step, and the clipping of gradients.

The optimisers train a weight [2, 3] and a bias [2].
"""

import numpy as np
import torch

from common import flat, multiples, numbers, tensors

STEPS = 10

# N, C, bound of the entries
MSE = [(1, 1, 2.0), (4, 1, 2.0), (3, 5, 2.0), (2, 3, 100.0)]

# N, C, bound of the logits. At 1000 an exponential by itself is infinite, even in float64.
CROSS_ENTROPY = [(1, 1, 2.0), (1, 4, 2.0), (5, 3, 4.0), (4, 6, 30.0), (6, 4, 1000.0)]

SGD = [
    {"lr": 0.5, "momentum": 0.0},
    {"lr": 0.25, "momentum": 0.5},
    {"lr": 0.1, "momentum": 0.9},
]

ADAM = [
    {"lr": 0.1, "betas": (0.9, 0.999), "eps": 1e-8},
    {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8},
    {"lr": 0.1, "betas": (0.5, 0.75), "eps": 0.25},
]

# The bound of the gradients, the largest norm
CLIP = [(1.0, 0.5), (1.0, 2.0), (1.0, 100.0), (100.0, 1.0), (0.0, 1.0), (1.0, 0.0)]


def mse_vectors():
    return [mse_vector(seed, *size) for seed, size in enumerate(MSE)]


def cross_entropy_vectors():
    return [cross_entropy_vector(seed, *size) for seed, size in enumerate(CROSS_ENTROPY)]


def sgd_vectors():
    return [optimiser_vector(torch.optim.SGD, seed, **options) for seed, options in enumerate(SGD)]


def adam_vectors():
    return [
        optimiser_vector(torch.optim.Adam, seed, **options) for seed, options in enumerate(ADAM)
    ]


def clip_vectors():
    return [clip_vector(seed, *size) for seed, size in enumerate(CLIP)]


def mse_vector(seed, n, c, bound):
    rng = np.random.default_rng(seed)
    y, target = multiples(rng, bound, n, c), multiples(rng, bound, n, c)

    def outcome(dtype):
        given = torch.from_numpy(y).to(dtype).requires_grad_()
        loss = torch.nn.functional.mse_loss(given, torch.from_numpy(target).to(dtype))
        return loss_and_gradient(loss, given)

    return {
        "name": f"N={n} C={c} bound={bound}",
        "shape": {"n": n, "c": c},
        **flat({"y": y, "target": target}),
        "float64": outcome(torch.float64),
        "float32": outcome(torch.float32),
    }


def cross_entropy_vector(seed, n, c, bound):
    rng = np.random.default_rng(seed)
    logits, targets = multiples(rng, bound, n, c), rng.integers(0, c, n)
    if bound == 1000.0:
        # The extremes: all classes but one are impossible, the target is or is not that one.
        logits[0] = [1000.0, -1000.0, -1000.0, -1000.0]
        logits[1], targets[:2] = logits[0], [0, 1]
        # And equal classes.
        logits[2], logits[3] = 1000.0, -1000.0

    def outcome(dtype):
        given = torch.from_numpy(logits).to(dtype).requires_grad_()
        loss = torch.nn.functional.cross_entropy(given, torch.from_numpy(targets))
        return loss_and_gradient(loss, given)

    return {
        "name": f"N={n} C={c} bound={bound}",
        "shape": {"n": n, "c": c},
        **flat({"logits": logits, "targets": targets}),
        "float64": outcome(torch.float64),
        "float32": outcome(torch.float32),
    }


def loss_and_gradient(loss, given):
    loss.backward()
    return {"loss": numbers(loss)[0], "gradient": numbers(given.grad)}


def optimiser_vector(optimiser, seed, **options):
    rng = np.random.default_rng(seed)
    initial = {"weight": multiples(rng, 1.0, 2, 3), "bias": multiples(rng, 1.0, 2)}
    gradients = [
        {"weight": multiples(rng, 2.0, 2, 3), "bias": multiples(rng, 2.0, 2)} for _ in range(STEPS)
    ]
    # One number that is never moved, one that is moved by tiny gradients only: 2^-30, exact.
    for gradient in gradients:
        gradient["weight"][0, 0] = 0.0
        gradient["weight"][1, 2] = 2.0**-30

    def after_each_step(dtype):
        trained = tensors(dtype, initial)
        chosen = optimiser(trained.values(), **options)
        after = []
        for gradient in gradients:
            for name, tensor in tensors(dtype, gradient).items():
                trained[name].grad = tensor
            chosen.step()
            after.append({name: numbers(tensor) for name, tensor in trained.items()})
        return after

    return {
        "name": " ".join(f"{name}={value}" for name, value in options.items()),
        **options,
        "initial": flat(initial),
        "gradients": [flat(gradient) for gradient in gradients],
        "float64": after_each_step(torch.float64),
        "float32": after_each_step(torch.float32),
    }


def clip_vector(seed, bound, max_norm):
    rng = np.random.default_rng(seed)
    gradients = {"weight": multiples(rng, bound, 2, 3), "bias": multiples(rng, bound, 2)}

    def outcome(dtype):
        # PyTorch clips what a parameter carries, whatever the parameter is.
        carriers = tensors(dtype, gradients)
        for name, gradient in tensors(dtype, gradients).items():
            carriers[name].grad = gradient
        norm = torch.nn.utils.clip_grad_norm_(carriers.values(), max_norm)
        clipped = {name: numbers(carrier.grad) for name, carrier in carriers.items()}
        return {"norm": numbers(norm)[0], "clipped": clipped}

    return {
        "name": f"bound={bound} max_norm={max_norm}",
        "max_norm": max_norm,
        "gradients": flat(gradients),
        "float64": outcome(torch.float64),
        "float32": outcome(torch.float32),
    }

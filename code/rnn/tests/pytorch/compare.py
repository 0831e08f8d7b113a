"""Whether outputs agree, and whether they do not."""

import numpy as np

TOLERANCE = 1e-6  # the outputs agree
WRONG = 1e-2  # the outputs are other ones


def same(what, found, expected):
    difference = distance(found, expected)
    print(f"same   {difference:7.1e}  {what}")
    assert difference < TOLERANCE, what


def other(what, found, expected):
    difference = distance(found, expected)
    print(f"other  {difference:7.1e}  {what}")
    assert difference > WRONG, what


def distance(found, expected):
    """The largest difference of the arrays in two lists."""
    differences = []
    for a, b in zip(found, expected, strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape, (a.shape, b.shape)
        differences.append(np.abs(a - b).max())
    return max(differences)


def raises(error, call, *arguments, **options):
    try:
        call(*arguments, **options)
    except error:
        return
    raise AssertionError(f"no {error.__name__}")

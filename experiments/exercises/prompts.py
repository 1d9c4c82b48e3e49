"""Exercise of *A prompt is a prior*: the best prompt for a Bayesian."""

import numpy as np

from experiments.exercises.check import Array, Check


def _kl(a: float, b: float, bias: float, length: int) -> tuple[Array, Array]:
    said = (a + np.arange(length + 1)) / (a + b + length)
    return bias * np.log(bias / said) + (1 - bias) * np.log((1 - bias) / (1 - said)), said


def _right(a: float, b: float, bias: float, length: int) -> int:
    return int(_kl(a, b, bias, length)[0].argmin())


def _of_the_coin(a: float, b: float, bias: float, length: int) -> int:
    return round(bias * length)


def _short(a: float, b: float, bias: float, length: int) -> int:
    return int(_kl(a, b, bias, length)[0][:-1].argmin())


def _worst(a: float, b: float, bias: float, length: int) -> int:
    return int(_kl(a, b, bias, length)[0].argmax())


def _nearest(a: float, b: float, bias: float, length: int) -> int:
    return int(abs(_kl(a, b, bias, length)[1] - bias).argmin())


_inputs = [(10.0, 10.0, 0.7, 10), (0.5, 0.5, 0.7, 20), (10.0, 10.0, 0.9, 5), (1.0, 1.0, 0.08, 5), (0.5, 0.5, 0.9, 3)]
_inputs += [(0.5, 0.5, bias, length) for bias in (0.03, 0.07, 0.14, 0.21) for length in (2, 3, 4, 6)]

check_best_prompt = Check(
    _right,
    _inputs,
    [
        (_of_the_coin, "The prior is missing: a prompt has to outweigh it, and so it overstates the coin."),
        (_short, "A prompt of heads alone is allowed, too: numbers of heads run from 0 to length."),
        (_nearest, "The nearest probability is not the least divergence: close to 0 or 1 a miss is dearer."),
        (_worst, "This is the worst prompt: look for the least divergence."),
    ],
)

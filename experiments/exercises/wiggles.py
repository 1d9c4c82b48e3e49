"""Exercise of *Sums of sinusoids*: how much of a wave is found."""

import numpy as np
import torch

from experiments.exercises.check import Array, Check
from lib.probes.fourier import compare


def _right(said: Array, truth: Array, k: int) -> Array:
    return np.asarray(compare(torch.from_numpy(said), torch.from_numpy(truth), k).q[..., k - 1])


def _waves(values: Array, k: int) -> Array:
    return np.asarray(np.fft.rfft(values, axis=-1)[..., k])


def _share(said: Array, truth: Array, k: int) -> Array:
    f, g = _waves(said, k), _waves(truth, k)
    return np.asarray((f * g.conj()).real / abs(g) ** 2)


_rng = np.random.default_rng(7)
_x = np.arange(40) / 40
_phases = _rng.uniform(0, 2 * np.pi, (3, 6, 1))
_truth = np.sin(2 * np.pi * np.arange(1, 7)[:, None] * _x + _phases).sum(axis=1) + 0.5
_shift = np.roll(_truth, -2, axis=1)
_part = 0.7 * _truth + 0.3 * _rng.normal(size=_truth.shape)

check_share_of_wave = Check(
    _right,
    [(_truth, _truth, 1), (_shift, _truth, 2), (_part, _truth, 4), (_shift, _truth, 5)],
    [
        (
            lambda said, truth, k: abs(_waves(said, k)) / abs(_waves(truth, k)),
            "The phase is missing: a wave of the right size in the wrong place is not found. Keep the complex numbers.",
        ),
        (
            lambda said, truth, k: _share(said, truth, k - 1),
            "The wave before: number 0 of a Fourier transform is the mean, so wave k is number k.",
        ),
        (
            lambda said, truth, k: _share(said, truth, k + 1),
            "The next wave: wave k is number k of a Fourier transform.",
        ),
        (
            lambda said, truth, k: (said * truth).sum(axis=-1) / (truth * truth).sum(axis=-1),
            "All waves at once: only wave k is asked for.",
        ),
        (
            lambda said, truth, k: abs(_waves(said, k)) ** 2 / abs(_waves(truth, k)) ** 2,
            "A ratio of powers: it has no phase, and half of a wave counts as a quarter.",
        ),
    ],
)

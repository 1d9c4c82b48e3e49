"""Bayes by table: a posterior over functions whose phases stand on a lattice.

Source: Rabinowitz 2019, section 4.2.5: 16 phases for each of five frequencies, about a million functions.

The table is never held for more than a few episodes at a time. The log likelihood is a sum of terms that each belong to
one frequency or to two, so it is built up frequency by frequency, and most of the work is one pass over the table.
"""

from dataclasses import dataclass
from math import hypot, pi, sin, sqrt

import torch
from jaxtyping import Float
from torch import Tensor

from lib.optimal.fourier_posterior import FourierPosterior
from lib.tasks.fourier import Fourier

LARGEST = 2**24  # functions in a table
AT_ONCE = 2**20  # entries of tables that are held at a time: more would not fit into the fast part of memory


@dataclass(frozen=True)
class PhaseTable(FourierPosterior):
    """The posterior mean over a table of functions, all equally likely a priori.

    No function of the table is the true one. A lattice of `bins` phases misses a phase by up to pi / bins, and so a
    point by `misfit`. Were the machine to believe that the world's own noise is all that separates a point from its
    function, it would after a few points put all its trust into one function of the table, and that often not the
    nearest. So it takes misfit for noise.

    Attributes:
        bins: phases for each frequency; the source has 16.
        noise: standard deviation by which the machine expects points to differ from a function of the table; if None,
            the world's noise and `misfit` together.

    Raises:
        ValueError: if the table is too large or has fewer than two phases for a frequency, the noise is not positive,
            or amplitudes vary.
    """

    world: Fourier
    bins: int = 16
    noise: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.world.varied:
            raise ValueError("amplitudes vary; the table holds phases only")
        if self.bins < 2 or self.bins**self.modes > LARGEST:
            raise ValueError(
                f"bins is {self.bins}; there must be 2 or more, and at most {LARGEST:,} functions of {self.modes} modes"
            )
        if self.noise is not None and not 0 < self.noise < float("inf"):
            raise ValueError(f"noise is {self.noise}; it must be positive and finite")

    @property
    def misfit(self) -> float:
        """Root mean square distance of a function from the nearest of the table, in units of y.

        A phase that is off by d costs a wave of amplitude a a mean square of a^2 (1 - cos d), and d is even between
        -pi / bins and pi / bins.
        """
        reach = pi / self.bins
        return sqrt(sum(a * a for a in self.world.amplitudes) * (1 - sin(reach) / reach))

    @property
    def expected_noise(self) -> float:
        """The standard deviation that the machine expects."""
        return self.noise if self.noise is not None else hypot(self.world.noise, self.misfit)

    def coefficients(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch mode 2"]:
        """The mean over the table, a few episodes at a time."""
        chunk = max(1, AT_ONCE // self.bins**self.modes)
        parts = (state[first : first + chunk] for first in range(0, len(state), chunk))
        return torch.cat([self._means(part) for part in parts])

    def _lattice(self) -> Float[Tensor, "mode bin 2"]:
        phases = 2 * pi * (torch.arange(self.bins, dtype=torch.float64) + 0.5) / self.bins
        a = torch.tensor(self.world.amplitudes, dtype=torch.float64)
        return a[:, None, None] * torch.stack([phases.cos(), phases.sin()], dim=-1)

    def _means(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch mode 2"]:
        squares, products = self.sums(state)
        table, episodes = self._lattice(), len(state)
        squares = squares.reshape(episodes, self.modes, 2, self.modes, 2) / self.expected_noise**2
        products = products.reshape(episodes, self.modes, 2) / self.expected_noise**2

        def shaped(values: Tensor, *modes: int) -> Tensor:
            """As part of a table whose last mode is the last of these."""
            return values.reshape(-1, *(self.bins if k in modes else 1 for k in range(modes[-1] + 1)))

        likelihood = state.new_zeros(episodes, dtype=torch.float32)
        for k in range(self.modes):
            own = torch.einsum("eij,bi,bj->eb", squares[:, k, :, k], table[k], table[k])
            terms = shaped((torch.einsum("ei,bi->eb", products[:, k], table[k]) - own / 2).float(), k)
            for j in range(k):  # slower ones first, so that all but the last of these sums are small
                both = torch.einsum("eij,ai,bj->eab", squares[:, j, :, k], table[j], table[k])
                terms = terms - shaped(both.float(), j, k)
            likelihood = likelihood[..., None] + terms
        flat = likelihood.flatten(1)
        weights = flat.sub_(flat.max(dim=1, keepdim=True).values).exp_().reshape(likelihood.shape)
        means = []
        for k in reversed(range(self.modes)):  # frequency k is the last axis that is left
            marginal = weights.reshape(episodes, -1, self.bins).sum(dim=1, dtype=torch.float64)
            means.append(marginal / marginal.sum(dim=1, keepdim=True) @ table[k])
            weights = weights.sum(dim=-1)
        return torch.stack(means[::-1], dim=1).to(state)

"""What can be inferred about a wiggle: sums of products of sines and cosines, and a posterior over their coefficients.

A wiggle is linear in how much of each sine and cosine there is in it, so under Gaussian noise the likelihood depends on
the past through X'X and X'y alone, where X has a row of sines and cosines for every point seen. What differs between
machines is the prior, and that is in what they say about these sums.

Source: the worlds are Rabinowitz's (2019, section 4.2.1). Its own machine has a posterior over functions whose phases
stand on a lattice (section 4.2.5: 16 phases for each of five frequencies, about a million functions). The other is
Bayesian linear regression in this basis, as its section 3.2.6 has it for linear functions.
"""

from dataclasses import dataclass
from math import hypot, pi, sin, sqrt

import torch
from jaxtyping import Float
from torch import Tensor

from lib.tasks.fourier import Fourier

LARGEST = 2**24  # functions in a table
AT_ONCE = 2**20  # entries of tables that are held at a time: more would not fit into the fast part of memory


def waves(x: Float[Tensor, "*any 1"], modes: int) -> Float[Tensor, "*any twice"]:
    """sin(2 pi k x) and cos(2 pi k x) for k = 1, 2..., each sine before its cosine."""
    angles = 2 * pi * x.double() * torch.arange(1, modes + 1)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)


@dataclass(frozen=True)
class FourierPosterior:
    """What Bayesians of wiggles share: they hear x_t and y_{t-1}, as networks do, and count sums.

    State: X'X (upper triangle) and X'y of the points whose y was told, then the last x, whose y comes with the next
    input, and whether there was one. In single precision, as every state is: where noise is
    small and points are few, that moves an answer by some thousandths.

    Attributes:
        world: where wiggles come from; all phases are equally likely a priori.

    Raises:
        ValueError: if the world has no noise, or all its amplitudes are 0.
    """

    world: Fourier

    input_size = 2
    output_size = 1

    def __post_init__(self) -> None:
        if self.world.noise <= 0:
            raise ValueError("noise is 0; a posterior over wiggles needs some")
        if not any(self.world.amplitudes):
            raise ValueError(f"amplitudes are {self.world.amplitudes}; there is nothing to infer")
        if self.world.only is not None:
            raise ValueError(f"only is {self.world.only}; in a world of one wiggle there is nothing to infer")

    @property
    def modes(self) -> int:
        """Frequencies in the world."""
        return len(self.world.amplitudes)

    @property
    def state_size(self) -> int:
        """Sums, the last x, and whether there was one."""
        size = 2 * self.modes
        return size * (size + 1) // 2 + size + 2

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """Nothing seen."""
        return torch.zeros(batch, self.state_size)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """Sums of squares are not negative; x lies in its interval; there was a point or there was none."""
        near = state.clone()
        row, column = self._triangle()
        near[:, : len(row)] = torch.where(row == column, near[:, : len(row)].clamp(min=0), near[:, : len(row)])
        near[:, -2] = near[:, -2].clamp(-0.5, 0.5)
        near[:, -1] = (near[:, -1] > 0.5).to(near)
        return near

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch 2"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch 1"]]:
        """Take in the y of the last x; say what y of this x will be, on average over the posterior."""
        last, there = state[:, -2:-1], state[:, -1:]
        row, column = self._triangle()
        seen = waves(last, self.modes) * there
        sums = torch.cat([seen[:, row] * seen[:, column], seen * x[:, 1:]], dim=1)
        place = torch.cat([x[:, :1], torch.ones_like(there)], dim=1)
        state = torch.cat([state[:, :-2] + sums.to(state), place.to(state)], dim=1)
        said = (self.coefficients(state).flatten(1) * waves(x[:, :1], self.modes)).sum(dim=1, keepdim=True)
        return state, said.to(x)

    def coefficients(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch mode 2"]:
        """The posterior mean of a_k cos(phi_k) and a_k sin(phi_k), given the points whose y was told.

        The posterior mean of the function has these coefficients, so `q_k` of it is a matter of products.
        """
        raise NotImplementedError

    def sums(
        self, state: Float[Tensor, "batch state"]
    ) -> tuple[Float[Tensor, "batch twice twice"], Float[Tensor, "batch twice"]]:
        """X'X and X'y, in double precision."""
        row, column = self._triangle()
        squares = state.new_zeros(len(state), 2 * self.modes, 2 * self.modes, dtype=torch.float64)
        squares[:, row, column] = state[:, : len(row)].double()
        squares[:, column, row] = squares[:, row, column]
        return squares, state[:, len(row) : -2].double()

    def _triangle(self) -> tuple[Tensor, Tensor]:
        row, column = torch.triu_indices(2 * self.modes, 2 * self.modes)
        return row, column


@dataclass(frozen=True)
class GaussianFourierPosterior(FourierPosterior):
    """The exact posterior, had amplitudes been drawn with the phases: each coefficient from Normal(0, variance).

    Its variance is that of the world: a_k^2 / 2, a third of that where amplitudes vary. The world's own prior has the
    same mean and covariance, and knows more: there, the two coefficients of a wave lie on a circle. So this is the best
    machine that answers linearly in what y was, and not the best of all.
    """

    def coefficients(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch mode 2"]:
        """Ridge regression, with the noise against each coefficient's own variance."""
        squares, products = self.sums(state)
        a = torch.tensor(self.world.amplitudes, dtype=torch.float64).repeat_interleave(2)
        deviation = a * (1 / 6 if self.world.varied else 1 / 2) ** 0.5
        # In units of each one's own deviation, so that a frequency that the world does not have is certainly not there.
        scaled = deviation[:, None] * squares * deviation + self.world.noise**2 * torch.eye(len(a), dtype=torch.float64)
        found: Tensor = torch.linalg.solve(scaled, (deviation * products)[..., None])[..., 0] * deviation
        return found.reshape(-1, self.modes, 2).to(state)


@dataclass(frozen=True)
class PhaseTable(FourierPosterior):
    """The posterior mean over a table of functions whose phases stand on a lattice, all equally likely a priori.

    The table is never held for more than a few episodes at a time. The log likelihood is a sum of terms that each
    belong to one frequency or to two, so it is built up frequency by frequency, and most of the work is one pass.

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

"""Bayes-optimal machines for a discrete prior: M tasks, each as likely beforehand.

The posterior is a weight a task, in proportion to the likelihood of what was seen; the prediction is the average of the
tasks' own predictions by these weights. For linear functions that is the discrete minimum mean squared error estimator
(dMMSE) of Raventos et al. 2023. What must be kept of the past are the same sums as for the continuous prior, no matter
how many tasks there are: the prior lives in the output alone.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.optimal.conjugate import Conjugate, bayes_optimal
from lib.tasks.fixed import FixedCoins, FixedFunctions


@dataclass(frozen=True)
class DiscreteBernoulli(Conjugate):
    """The Bayes-optimal predictor of one of M coins.

    State: how many heads and how many tails were seen. Output: the log-odds of heads under the posterior predictive.

    >>> machine = DiscreteBernoulli(FixedCoins(tasks=1))  # nothing to find out
    >>> _, output = machine.step(machine.initial_state(1), torch.tensor([[1.0, 0.0]]))
    >>> torch.isclose(output.sigmoid()[0], machine.prior.biases).item()
    True
    """

    prior: FixedCoins

    def says(self, total: Float[Tensor, "batch 2"]) -> Float[Tensor, "batch 1"]:
        """Log-odds of heads."""
        biases = self.prior.biases.double()
        sides = torch.stack([biases.log(), torch.log1p(-biases)])  # log-likelihood of a head, and of a tail
        weights = total.double() @ sides
        heads, tails = ((weights + side).logsumexp(dim=-1, keepdim=True) for side in sides)
        return (heads - tails).to(total)


@dataclass(frozen=True)
class DiscreteRegression:
    """The Bayes-optimal predictor of one of M linear functions.

    State, as one vector: x of the step before, since y of that step comes late; the sum of x x'; and the sum of y x,
    one row for each number of y. Output: the posterior mean of y. The log-weight of a function W is, but for a
    constant, `(sum of y' W x - |W x|^2 / 2) / noise^2`.

    Raises:
        ValueError: if there is no noise: then a function is either certain or impossible.
    """

    prior: FixedFunctions

    def __post_init__(self) -> None:
        if self.prior.noise <= 0:
            raise ValueError(f"noise is {self.prior.noise}; it must be positive")

    @property
    def input_size(self) -> int:
        """x, and y of the step before."""
        return self.prior.input_size

    @property
    def output_size(self) -> int:
        """y."""
        return self.prior.output_size

    @property
    def state_size(self) -> int:
        """One x, and two sums."""
        return self.prior.x_size * (1 + self.prior.x_size + self.prior.y_size)

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """Nothing seen. An x of zeros says nothing, so the first y that is told, zeros, changes nothing."""
        return torch.zeros(batch, self.state_size)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """A sum of x x' is symmetric and has no negative eigenvalue."""
        near = state.clone()
        squares = self.read(near)[1]
        squares.copy_((squares + squares.mT) / 2)
        values, axes = torch.linalg.eigh(squares.double())
        wrong = (values < -1e-4 * values.abs().amax(dim=-1, keepdim=True).clamp(min=1)).any(dim=-1)
        mended = (axes * values.clamp(min=0)[:, None, :]) @ axes.mT
        squares[wrong] = ((mended + mended.mT) / 2)[wrong].to(squares)
        return near

    def read(
        self, state: Float[Tensor, "batch state"]
    ) -> tuple[Float[Tensor, "batch x"], Float[Tensor, "batch x x"], Float[Tensor, "batch y x"]]:
        """What a state holds: x of the step before, and the sums of x x' and of y x."""
        n, rows = self.prior.x_size, self.prior.y_size
        before, squares, products = torch.split(state, [n, n * n, rows * n], dim=1)
        return before, squares.view(-1, n, n), products.view(-1, rows, n)

    def weights(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch task"]:
        """The posterior probability of each function."""
        _, squares, products = self.read(state.double())
        functions = self.prior.functions.double()
        fits = products.flatten(1) @ functions.flatten(1).T
        sizes = squares.flatten(1) @ (functions.mT @ functions).flatten(1).T
        return ((fits - sizes / 2) / self.prior.noise**2).softmax(dim=1)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """Learn from the step before, then say what y is expected to be."""
        before, squares, products = self.read(state)
        now, y = torch.split(x, [self.prior.x_size, self.prior.y_size], dim=1)
        squares = squares + before[:, :, None] * before[:, None, :]
        products = products + y[:, :, None] * before[:, None, :]
        after = torch.cat([now, squares.flatten(1), products.flatten(1)], dim=1)
        mean = (self.weights(after) @ self.prior.functions.double().flatten(1)).view_as(products)
        return after, (mean @ now.double()[..., None])[..., 0].to(state)


bayes_optimal.register(FixedCoins, DiscreteBernoulli)

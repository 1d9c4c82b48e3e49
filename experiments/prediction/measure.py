"""A predictor compared with the Bayesian of its task by simulation: a measurement that takes long enough to be swept.

Source: Mikulik et al. 2020, section 4.3 and figure 4, columns b to e.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.networks import after_training, before_training
from lib.optimal.conjugate import bayes_optimal
from lib.probes import comparison, phi
from lib.probes.behaviour import dissimilarity
from lib.probes.order_sensitivity import order_kept
from lib.random import generator
from lib.spec import tagged, versioned
from lib.training.supervised import Supervised

MAPS = {"mlp": phi.mlp, "linear": phi.linear, "constant": phi.constant}


@tagged("Comparison")
@dataclass(frozen=True)
class Comparison:
    """How one predictor, trained or not, and the Bayesian of its world simulate each other.

    Attributes:
        predictor: the training whose network is compared; its record must be there if `trained`.
        trained: whether the network at the end of it or at its beginning.
        fitted: episodes that phi is fitted on.
        held_out: other episodes, on which it is judged.
    """

    predictor: Supervised
    trained: bool
    fitted: int = 1_000
    held_out: int = 500

    @property
    def seed(self) -> int:
        """That of the network."""
        return self.predictor.seed

    @property
    def episodes(self) -> int:
        """Comparing trains no network."""
        return 0


@versioned("comparison", 1)
def compare(spec: Comparison) -> dict[str, Tensor]:
    """Fit phi in both directions by each kind of map and judge it on held-out episodes.

    Returns:
        `state`, `explained` and embeddings as `lib.probes.comparison`; `output`, D_o (direction, map), the KL
        divergence of the network's outputs from Opt's in nats an episode; if trained, `projection` and `whole_output`,
        the D_o of the controls; and `order_kept` (`lib.probes.order_sensitivity`).

    Raises:
        store.Missing: if the network has not been trained.
        ValueError: if it is no LSTM.
    """
    task, steps = spec.predictor.task, spec.predictor.steps
    network = (after_training if spec.trained else before_training)(spec.predictor)
    bayes = bayes_optimal(task)
    fitted = task.sample(spec.fitted, steps, generator("comparison, to fit", spec.seed)).inputs
    held_out = task.sample(spec.held_out, steps, generator("comparison, held out", 0)).inputs

    def kl(optimal: Tensor, learned: Tensor) -> tuple[float]:
        return (dissimilarity(*(task.predictive(outputs.double()) for outputs in (optimal, learned))),)

    record = comparison.compare(network, bayes, fitted, held_out, MAPS, kl)
    record["output"] = record["output"][..., 0].contiguous()
    if spec.trained:
        _, projection, whole = comparison.controls(network, bayes, fitted, held_out, phi.mlp, kl)[:, 0]
        record |= {"projection": projection.clone(), "whole_output": whole.clone()}
    seen = task.sample(spec.held_out, steps // 2, generator("comparison, held out", 1)).observations
    order = generator("comparison, orders", 0)
    return record | {"order_kept": torch.tensor(order_kept(network, task, seen, order))}

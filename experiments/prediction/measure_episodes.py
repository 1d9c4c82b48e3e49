"""Comparison of a predictor and the Bayesian of its world, episode by episode: does one strange episode decide?

Source: Mikulik et al. 2020, section 4.3 and figure 4, columns b to e.
"""

from dataclasses import dataclass

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from experiments.networks import after_training
from lib.machine import unroll
from lib.optimal.conjugate import bayes_optimal
from lib.probes import phi, simulation
from lib.probes.behaviour import step_kl
from lib.random import generator
from lib.spec import tagged, versioned
from lib.training.supervised import Supervised

MAPS = {"mlp": phi.mlp, "constant": phi.constant}


@tagged("EpisodeComparison")
@dataclass(frozen=True)
class EpisodeComparison:
    """How a trained predictor and the Bayesian of its world simulate each other, on episodes of the network's own.

    Attributes:
        predictor: the training whose network is compared; its record must be there.
        fitted: episodes that phi is fitted on.
        held_out: other episodes, on which it is judged; no two networks share them.
    """

    predictor: Supervised
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


@versioned("episode-comparison", 1)
def compare_episodes(comparison: EpisodeComparison) -> dict[str, Tensor]:
    """Fit phi in both directions, by an MLP and by a constant, and judge it on each held-out episode.

    Returns:
        `state`, D_s (direction, map); `output`, KL of outputs before and after the embedding, Opt first, summed over
        an episode (direction, map, episode); `side_by_side`, that from Bayes to the network itself (episode).

    Raises:
        store.Missing: if the network has not been trained.
    """
    task, steps = comparison.predictor.task, comparison.predictor.steps
    recurrent, bayes = after_training(comparison.predictor), bayes_optimal(task)
    drawn = (
        task.sample(size, steps, generator(f"episode comparison, {purpose}", comparison.seed)).inputs
        for purpose, size in (("to fit", comparison.fitted), ("held out", comparison.held_out))
    )
    fitted, held_out = drawn
    state = torch.zeros(2, len(MAPS))
    output = torch.zeros(2, len(MAPS), comparison.held_out)

    def divergence(optimal: Tensor, learned: Tensor) -> Tensor:
        return step_kl(*(task.predictive(each.double()) for each in (optimal, learned))).sum(dim=1)

    with threadpool_limits(1):
        for i, (source, target) in enumerate([(recurrent, bayes), (bayes, recurrent)]):
            for j, regress in enumerate(MAPS.values()):
                embedding = simulation.simulate(source, target, fitted, bayes.state_size, regress)
                state[i, j] = simulation.state_dissimilarity(embedding, source, target, held_out)
                before, after = simulation.outputs_before_and_after(embedding, source, target, held_out)
                output[i, j] = divergence(before, after) if source is bayes else divergence(after, before)
    with torch.inference_mode():
        own, other = (unroll(machine, held_out).outputs[:, 1:] for machine in (recurrent, bayes))
    return {"state": state, "output": output, "side_by_side": divergence(other, own).float()}

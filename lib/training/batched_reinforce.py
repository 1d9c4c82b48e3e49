"""REINFORCE for many networks as one program: they play side by side, and learn from what their units did meanwhile.

The baseline of `lib.training.reinforce` is linear in the features that the policy is linear in too. So it is one more
output of the network here, of which playing takes no notice.
"""

from collections.abc import Sequence
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lib.random import generator
from lib.training.batched import shared_by
from lib.training.batched_actors import Played, Players, chosen
from lib.training.loop import Recorder, check_finite, clip_by_run
from lib.training.reinforce import Reinforce, optimiser_of, untrained


class Reinforcers(Players):
    """Networks that learn side by side, as `lib.training.reinforce.train` lets one learn alone; the gradient of each is
    clipped by its own norm.

    Raises:
        ValueError: if there is no spec, they differ in more than their seeds, or their agents are deep, or no LSTMs.
    """

    def __init__(self, specs: Sequence[Reinforce]) -> None:
        shared_by(specs)
        agents = [_with_baseline(untrained(spec)) for spec in specs]
        super().__init__(specs, agents, [generator("train", spec.seed) for spec in specs])
        own = list(self.agents.values())
        self.optimiser = optimiser_of(self.spec, own, lambda: clip_by_run(own))

    def network(self, run: int) -> list[tuple[str, Tensor]]:
        """The weights of one network, without its baseline."""
        return [
            (name, value[run, :-1] if name.startswith("readout") else value[run]) for name, value in self.agents.items()
        ]

    def losses(self, played: Played, progress: float) -> Float[Tensor, " run"]:
        """The loss of each network, as `lib.training.reinforce.policy_gradient_loss`."""
        price, outputs = self.spec.entropy.at(progress), self.tape.outputs()
        stake = self.spec.task.p_correct - self.spec.task.p_incorrect
        log_policy, foreseen = outputs[:, :, :-1].log_softmax(dim=2), outputs[:, :, -1]
        entropy = -(log_policy.exp() * log_policy).sum(dim=2)
        if self.spec.gradient == "expected":
            right = played.episodes.right().T.view(played.actions.shape)
            q = chosen(right, log_policy).exp()
            return (-q - price * entropy / stake).mean(dim=(0, 2))
        taken = chosen(played.actions, log_policy)
        actor = -(played.rewards - foreseen.detach()) * taken - price * entropy
        critic = (played.rewards - foreseen).square() / 2
        return (actor / stake + critic).mean(dim=(0, 2))


def _with_baseline(agent: nn.Module) -> nn.Module:
    """The same agent with one more output, which begins at 0."""
    readout = agent.get_submodule("readout")
    for name, value in list(readout.named_parameters()):
        setattr(readout, name, nn.Parameter(torch.cat([value.detach(), torch.zeros_like(value[:1])])))
    return agent


def train_together(specs: Sequence[Reinforce], device: str = "cpu") -> list[dict[str, Tensor]]:
    """Train several networks that differ in their seeds alone.

    Returns:
        one record a spec, as `lib.training.reinforce.train` makes it, within rounding.

    Raises:
        ValueError: as `Reinforcers`, or if the device is another than a processor.
        FloatingPointError: if a loss stops being a finite number.
    """
    if device != "cpu":
        raise ValueError(f"device is {device!r}; networks that play are stacked on a cpu")
    learners = Reinforcers(specs)
    updates = learners.spec.updates
    recorders = [Recorder(partial(learners.network, run), "earned", learners.spec) for run in range(len(specs))]
    for update in range(updates):
        played = learners.play()
        losses = learners.losses(played, update / updates)
        learners.optimiser.descend(losses.sum())
        earned = played.expected.mean(dim=(0, 2))
        for recorder, spec, loss, point in zip(recorders, specs, losses.detach(), earned, strict=True):
            recorder.points[update] = point
            check_finite(loss, update, spec)
            recorder.checkpoint(update + 1)
    return [recorder.record for recorder in recorders]

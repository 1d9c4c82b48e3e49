"""Meta-training of many acting agents as one program: the same specs as `lib.training.actor_critic`, and the same
records within rounding.

Agents play side by side, since a step of play is mostly overhead, and that they can share. Each learns by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lib.agents.abreast import Abreast
from lib.agents.lean import LeanAgent
from lib.machines import Machine
from lib.seeding import generator
from lib.tasks.acting import ActingTask, Play, pick
from lib.training.actor_critic import LARGEST_GRADIENT, ActorCritic, Critic, _loss, optimiser, untrained
from lib.training.checkpoints import log_spaced


@dataclass(frozen=True)
class _Pupil:
    """One agent and all that it learns with."""

    spec: ActorCritic
    agent: LeanAgent
    critic: Critic
    adam: torch.optim.Adam
    schedule: torch.optim.lr_scheduler.OneCycleLR
    stream: torch.Generator

    @classmethod
    def fresh(cls, spec: ActorCritic) -> "_Pupil":
        agent = untrained(spec)
        if not isinstance(agent, LeanAgent):
            raise ValueError(f"the agent is {spec.agent}; only lean agents train side by side")
        secrets = spec.task.sample(1, spec.steps, generator("count the secrets", 0)).secrets.shape[1]
        critic = Critic(spec.agent.width, secrets, generator("initialise the critic", spec.seed))
        adam, schedule = optimiser([*agent.parameters(), *critic.parameters()], spec)
        return cls(spec, agent, critic, adam, schedule, generator("train", spec.seed))

    def learn(self, played: Play, episodes: Any, progress: float) -> Float[Tensor, ""]:
        for _ in range(self.spec.passes):
            loss = _loss(self.agent, self.critic, played, episodes, self.spec, progress)
            self.adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            for network in (self.agent, self.critic):
                nn.utils.clip_grad_norm_(network.parameters(), LARGEST_GRADIENT)
            self.adam.step()
            self.schedule.step()
        return loss.detach()


def train(specs: Sequence[ActorCritic]) -> list[dict[str, Tensor]]:
    """Train several agents that differ in their seeds alone.

    Returns:
        one record a spec, as `lib.training.actor_critic.train` makes it.

    Raises:
        ValueError: if there is no spec, or they differ in more than their seeds, or their agents are not lean.
        FloatingPointError: if a loss stops being a finite number.
    """
    if len({replace(spec, seed=0) for spec in specs}) != 1:
        raise ValueError("agents that train side by side must have specs that differ in their seeds alone")
    shared = specs[0]
    pupils = [_Pupil.fresh(spec) for spec in specs]
    keep = set(log_spaced(shared.updates, shared.checkpoints))
    records: list[dict[str, Tensor]] = [{"earned": torch.empty(shared.updates)} for _ in specs]

    def checkpoint(update: int) -> None:
        if update in keep:
            for record, pupil in zip(records, pupils, strict=True):
                own = pupil.agent.named_parameters()
                record.update({f"{update}/{name}": value.detach().clone() for name, value in own})

    checkpoint(0)
    for update in range(shared.updates):
        drawn, chance = [], []
        for pupil in pupils:  # each has its own luck, in the order in which it would have it alone
            drawn.append(shared.task.sample(shared.batch, shared.steps, pupil.stream))
            chance.append(torch.rand(shared.batch, shared.steps, generator=pupil.stream))
        every = play_by(Abreast([pupil.agent for pupil in pupils]), shared.task, _joined(drawn), torch.cat(chance))
        for pupil, record, episodes, played in zip(pupils, records, drawn, _parted(every, len(specs)), strict=True):
            record["earned"][update] = played.expected.sum(dim=1).mean()
            loss = pupil.learn(played, episodes, update / shared.updates)
            if not torch.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss.item()} after {update + 1} updates of {pupil.spec}")
        checkpoint(update + 1)
    return records


def play_by(machine: Machine, task: ActingTask, episodes: Any, chance: Float[Tensor, "batch time"]) -> Play:
    """`lib.tasks.acting.play`, with the numbers that pick the actions given, one a step."""
    taken: list[tuple[Tensor, ...]] = []
    with torch.no_grad():
        state = machine.initial_state(len(chance))
        place, told = task.begin(episodes)
        for luck in chance.unbind(dim=1):
            state, logits = machine.step(state, told)
            policy = logits.softmax(dim=1)
            action = pick(policy, luck)
            place, outcome = task.act(episodes, place, action)
            taken.append((told, policy, action, outcome.rewards, outcome.expected))
            told = outcome.told
        return Play(*(torch.stack(each, dim=1) for each in zip(*taken, strict=True)))


def _joined(drawn: Sequence[Any]) -> Any:
    """Batches of episodes as one."""
    return type(drawn[0])(*(torch.cat([getattr(each, f.name) for each in drawn]) for f in fields(drawn[0])))


def _parted(played: Play, parts: int) -> list[Play]:
    """What was played, cut into as many equal parts."""
    cut = [getattr(played, field.name).chunk(parts) for field in fields(Play)]
    return [Play(*each) for each in zip(*cut, strict=True)]

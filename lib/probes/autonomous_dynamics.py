"""What becomes of a player of a one-armed world when chance and time stand still: where its states settle.

During a life the clock moves on and rewards are noisy, so a state is never at rest, and a cloud of states may be
blurred where what lies beneath is not. After the last step we let the machine play on: the arm that it finds likelier
is pulled, that pays exactly its mean, and the clock stays at the end of life. What is left is the machine's own
dynamics. If it converges, it has attractors in the strict sense. No machine was trained in such a world, so this stands
beside what is seen in a life, not in place of it.

Source: Lange and Sprekeler 2020, figure 3, speaks of convergence to fixed points; how it was tested, it does not say.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Machine, Trace

END = 1.0  # what the clock of a one-armed world says at the last step


def autonomous_states(
    machine: Machine, life: Trace, mu: Float[Tensor, " batch"], steps: int
) -> Float[Tensor, "batch time state"]:
    """The states of some more steps, without chance and without time.

    Args:
        machine: that of the life.
        life: in a one-armed world, up to its last step.
        mu: what the unknown arm pays, in each episode.
        steps: how many more.

    Raises:
        ValueError: if there are no more steps, or not one mean for each episode.
    """
    if steps < 1:
        raise ValueError(f"asked for {steps} more steps; it must be at least 1")
    if len(mu) != len(life.states):
        raise ValueError(f"there are {len(mu)} means; there must be one for each of {len(life.states)} episodes")
    state, logits, states = life.states[:, -1], life.outputs[:, -1], []
    with torch.inference_mode():
        for _ in range(steps):
            pulled = logits.argmax(dim=1).to(state)
            observation = torch.stack([1 - pulled, pulled, torch.full_like(pulled, END), pulled * mu.to(state)], dim=1)
            state, logits = machine.step(state, observation)
            states.append(state)
    return torch.stack(states, dim=1)

"""A network that begins with another forget gate: the bias that torch draws around 0, other libraries set to 1."""

from copy import deepcopy

import torch

from lib.agents.recurrent import RecurrentAgent


def with_forget_bias(agent: RecurrentAgent, added: float) -> RecurrentAgent:
    """A copy of a network, with so much added to the bias of its forget gate; the more, the longer its cells last.

    >>> agent = RecurrentAgent(1, 1, 2, torch.Generator().manual_seed(0))
    >>> with_forget_bias(agent, 1).memory.bias_ih_l0 - agent.memory.bias_ih_l0
    tensor([0., 0., 1., 1., 0., 0., 0., 0.], grad_fn=<SubBackward0>)
    """
    changed = deepcopy(agent)
    with torch.no_grad():
        changed.memory.get_parameter("bias_ih_l0")[agent.width : 2 * agent.width] += added
    return changed

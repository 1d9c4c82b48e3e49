"""Interference between contexts, read off the neural tangent kernel of a policy.

Source: Schaul et al. 2019, section 2 (the cosine of the gradients of two components of an objective); the kernel, Jacot
et al. 2018. A gradient step on what is done in one context moves the logits of another in proportion to the kernel
between the two.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from lib.tasks.contextual import Choices, Contextual
from lib.tasks.environment import rollout


def context_kernel(
    agent: Any, task: Contextual, episodes: Choices, rng: torch.Generator
) -> Float[Tensor, "context other"]:
    """Neural tangent kernel of an agent's logits between contexts, after episodes that it has played.

    After the last step of each episode the agent is asked each context. Logits matter up to a constant, so they are
    centred. An entry is the mean over episodes of the trace of J_c J_d', with J_c the Jacobian of the centred logits in
    context c with respect to all parameters; the trace is estimated with one random vector of signs an episode, the
    same for all contexts (Hutchinson 1989).

    Args:
        agent: a differentiable machine: a torch module with `step` and `initial_state`.
    """
    lived = rollout(agent, task, episodes, rng).inputs
    signs = 2.0 * torch.randint(2, (len(lived), task.actions), generator=rng) - 1
    weights = signs - signs.mean(dim=1, keepdim=True)
    parameters = [each for each in agent.parameters() if each.requires_grad]
    kernel = torch.zeros(task.contexts, task.contexts)
    for inputs, weight in zip(lived, weights, strict=True):
        state = agent.initial_state(1)
        for x in inputs[:-1]:
            state, _ = agent.step(state, x[None])
        asked = inputs[-1].expand(task.contexts, -1).clone()
        asked[:, : task.contexts] = torch.eye(task.contexts)
        _, logits = agent.step(state.expand(task.contexts, -1), asked)
        rows = [
            torch.cat([each.flatten() for each in torch.autograd.grad(value, parameters, retain_graph=True)])
            for value in logits @ weight
        ]
        gradients = torch.stack(rows)
        kernel += gradients @ gradients.T / len(lived)
    return kernel


def cosine(kernel: Float[Tensor, "context other"]) -> float:
    """Mean cosine of two different contexts in a kernel: 0 where none moves another, 1 where all move as one.

    >>> cosine(torch.eye(3) + 1)
    0.5

    Raises:
        ValueError: if there are fewer than 2 contexts.
    """
    if (count := len(kernel)) < 2:
        raise ValueError(f"a kernel of {count} contexts has no two; there must be at least 2")
    sizes = kernel.diagonal().sqrt()
    cosines = kernel / (sizes[:, None] * sizes)
    return round(float((cosines.sum() - cosines.diagonal().sum()) / (count * (count - 1))), 7)


def coupling(cosines: Any) -> Any:
    """Gamma, the rate of a shared bias over that of each context's own weights, at which a linear policy has these
    cosines: the inverse of gamma / (1 + gamma).

    >>> coupling(0.5), coupling(0.75)
    (1.0, 3.0)
    """
    return cosines / (1 - cosines)

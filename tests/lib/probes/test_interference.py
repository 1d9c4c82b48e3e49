"""The kernel between contexts: closed forms of linear policies, and what a recurrent network owes to its inputs."""

import pytest
import torch
from torch import Tensor, nn

from lib.agents.lstm import LSTM
from lib.probes.interference import context_kernel, cosine, coupling
from lib.random import generator
from lib.tasks.contextual import Contextual

WORLD = Contextual(contexts=3, actions=4)


class LinearPolicy(nn.Module):
    """W c + sqrt(gamma) b: with one rate for both, the same as a bias b at gamma times the rate."""

    state_size = 1

    def __init__(self, gamma: float) -> None:
        super().__init__()
        self.input_size, self.output_size, self.root = WORLD.input_size, WORLD.actions, gamma**0.5
        rng = generator("test", 0)
        self.weight = nn.Parameter(torch.randn(WORLD.contexts, WORLD.actions, generator=rng))
        self.bias = nn.Parameter(torch.randn(WORLD.actions, generator=rng))

    def initial_state(self, batch: int) -> Tensor:
        return torch.zeros(batch, 1)

    def nearest_state(self, state: Tensor) -> Tensor:
        return state

    def step(self, state: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        return state, x[:, : WORLD.contexts] @ self.weight + self.root * self.bias


def kernel_of(agent: nn.Module, steps: int = 4, count: int = 5) -> Tensor:
    episodes = WORLD.sample(count, steps, generator("test", 1))
    return context_kernel(agent, WORLD, episodes, generator("test", 2))


@pytest.mark.parametrize("gamma", [0.0, 1.0, 9.0])
def test_a_linear_policy_has_the_kernel_of_its_bias(gamma: float) -> None:
    kernel = kernel_of(LinearPolicy(gamma))
    torch.testing.assert_close(kernel / kernel[0, 0] * (1 + gamma), torch.eye(3) + gamma)
    assert cosine(kernel) == pytest.approx(gamma / (1 + gamma), abs=1e-6)
    assert coupling(cosine(kernel)) == pytest.approx(gamma, abs=1e-4)


def test_the_trace_is_that_of_the_jacobians_on_average() -> None:
    """Of a network after one step, by automatic differentiation of every logit."""
    agent = LSTM(5, input_gain=3.0).build(WORLD.input_size, WORLD.actions, generator("test", 3))
    logits = agent.step(agent.initial_state(3), torch.eye(3, WORLD.input_size))[1]
    centred = logits - logits.mean(dim=1, keepdim=True)
    parameters = list(agent.parameters())
    jacobians = [
        [torch.cat([each.flatten() for each in torch.autograd.grad(one, parameters, retain_graph=True)]) for one in row]
        for row in centred
    ]
    stacked = torch.stack([torch.stack(each) for each in jacobians])  # context, action, parameter
    expected = torch.einsum("cap,dap->cd", stacked, stacked)
    found = kernel_of(agent, steps=1, count=600)
    torch.testing.assert_close(found, expected, rtol=0.15, atol=0)


def test_contexts_are_less_coupled_where_inputs_weigh_more_and_the_past_couples_them_more() -> None:
    small, large = (
        LSTM(16, input_gain=gain).build(WORLD.input_size, WORLD.actions, generator("test", 4)) for gain in (1.0, 8.0)
    )
    assert cosine(kernel_of(large, 1)) < cosine(kernel_of(small, 1)) - 0.05
    assert cosine(kernel_of(large, 1)) < cosine(kernel_of(large, 10)) < 1


def test_one_context_has_no_cosine_with_another() -> None:
    with pytest.raises(ValueError, match="a kernel of 1 contexts has no two; there must be at least 2"):
        cosine(torch.ones(1, 1))

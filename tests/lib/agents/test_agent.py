"""Any agent fits: what an agent owes to trainers, and that a GRU and a transformer train as an LSTM does."""

import pytest
import torch
from scipy import stats

from lib.agents.agent import Agent, AgentSpec, load_agent
from lib.agents.gru import GRU
from lib.agents.lstm import LSTM, DeepLSTM, TiledLSTM
from lib.agents.mlp import MLP
from lib.agents.transformer import Transformer
from lib.checkpoints import weights_at
from lib.machine import unroll
from lib.optimal.conjugate import BetaBernoulli
from lib.probes import behaviour
from lib.random import generator
from lib.spec import key_of
from lib.tasks.bernoulli import BernoulliTask
from lib.training.supervised import Supervised, train

SPECS: dict[str, AgentSpec] = {
    "deep LSTM": DeepLSTM(8),
    "LSTM": LSTM(8, input_gain=2.0, orthogonal=True, forget_bias=1.0),
    "tiled LSTM": TiledLSTM(8),
    "GRU": GRU(8),
    "MLP": MLP(8),
    "transformer": Transformer(8, context=12),
    "tiled transformer": Transformer(8, context=12, steepness=8.0),
    "transformer without distances": Transformer(8, alibi=False, context=12),
}


@pytest.fixture(params=SPECS.values(), ids=SPECS.keys())
def spec(request: pytest.FixtureRequest) -> AgentSpec:
    return request.param


def test_an_agent_steps_through_a_sequence_as_it_passes_over_it(spec: AgentSpec) -> None:
    agent = spec.build(3, 2, generator("agents", 0))
    inputs = torch.randn(4, 9, 3, generator=generator("agents", 1))
    assert isinstance(agent, Agent)
    with torch.inference_mode():
        trace = unroll(agent, inputs)
        features = agent.features(inputs)
        torch.testing.assert_close(trace.outputs, agent(inputs), atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(agent.outputs(features), agent(inputs))
        torch.testing.assert_close(agent.nearest_state(trace.states[:, 4]), trace.states[:, 4])
    assert features.shape == (4, 9, agent.width)
    assert trace.states.shape[2] == agent.state_size


def test_what_is_cheapest_to_step_says_the_same_and_has_the_same_gradient(spec: AgentSpec) -> None:
    agent = spec.build(3, 2, generator("agents", 0))
    inputs = torch.randn(4, 9, 3, generator=generator("agents", 1))
    wanted = torch.randn(4, 9, 2, generator=generator("agents", 6))
    gradients = []
    for outputs in (unroll(agent.stepwise(), inputs).outputs, agent(inputs)):
        loss = (outputs - wanted).square().mean()
        gradients.append(torch.autograd.grad(loss, list(agent.parameters()), allow_unused=True))
        torch.testing.assert_close(outputs, agent(inputs), atol=1e-5, rtol=1e-4)
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_a_kv_cache_steps_episodes_of_different_length_and_forgets_nothing() -> None:
    agent = Transformer(8, context=12).build(3, 2, generator("agents", 0))
    inputs = torch.randn(2, 9, 3, generator=generator("agents", 1))
    with torch.inference_mode():
        states = unroll(agent.stepwise(), inputs).states
        uneven = torch.stack([states[0, 2], states[1, 6]])
        after, outputs = agent.stepwise().step(uneven, torch.stack([inputs[0, 3], inputs[1, 7]]))
        whole = agent(inputs)
    torch.testing.assert_close(outputs, torch.stack([whole[0, 3], whole[1, 7]]), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(after, torch.stack([states[0, 3], states[1, 7]]), atol=1e-5, rtol=1e-4)
    with pytest.raises(ValueError, match="12 inputs are the past of this transformer"):
        unroll(agent.stepwise(), torch.zeros(1, 13, 3))


def test_an_agent_does_not_see_what_is_to_come(spec: AgentSpec) -> None:
    agent = spec.build(3, 2, generator("agents", 0))
    one = torch.randn(2, 8, 3, generator=generator("agents", 2))
    other = torch.cat([one[:, :5], torch.randn(2, 3, 3, generator=generator("agents", 3))], dim=1)
    with torch.inference_mode():
        torch.testing.assert_close(agent(one)[:, :5], agent(other)[:, :5])
        assert not torch.allclose(agent(one)[:, 5:], agent(other)[:, 5:])


def test_weights_make_the_same_agent_and_those_of_another_are_refused(spec: AgentSpec) -> None:
    agent = spec.build(3, 2, generator("agents", 0))
    weights = {name: value.detach() for name, value in agent.named_parameters()}
    inputs = torch.randn(2, 5, 3, generator=generator("agents", 4))
    with torch.inference_mode():
        torch.testing.assert_close(load_agent(spec, 3, 2, weights)(inputs), agent(inputs))
    weights.popitem()
    with pytest.raises(ValueError, match="these are not the weights of"):
        load_agent(spec, 3, 2, weights)


def test_first_weights_come_from_the_generator_alone(spec: AgentSpec) -> None:
    before = torch.random.get_rng_state()
    built = (spec.build(3, 2, generator("agents", seed)) for seed in (0, 0, 1))
    for one, same, other in zip(*(agent.parameters() for agent in built), strict=True):
        assert torch.equal(one, same)
        assert torch.equal(one, other) == (len(one.unique()) == 1), "what is drawn differs, all else is a constant"
    assert torch.equal(torch.random.get_rng_state(), before), "making a network used torch's global randomness"


@pytest.mark.parametrize("wide", [DeepLSTM(64), MLP(64)], ids=["deep LSTM", "MLP"])
def test_first_weights_have_the_scale_of_torchs_own_layers(wide: AgentSpec) -> None:
    for name, parameter in wide.build(2, 3, generator("agents", 0)).named_parameters():
        bound = (2 if name.startswith("encoder") else 64) ** -0.5
        assert parameter.abs().max() <= bound
        if parameter.numel() > 100:
            assert parameter.std().item() == pytest.approx(bound / 3**0.5, rel=0.15)


def test_a_transformer_says_when_its_past_is_full() -> None:
    agent = Transformer(8, context=12).build(3, 2, generator("agents", 0))
    with pytest.raises(
        ValueError, match="12 inputs are the past of this transformer; its context has room for no more"
    ):
        unroll(agent, torch.zeros(1, 13, 3))
    for change, said in (
        ({"width": 0}, "width is 0"),
        ({"heads": 3}, "multiple of 3 heads"),
        ({"context": 0}, "context is 0"),
        ({"steepness": -1.0}, "steepness is -1.0"),
        ({"steepness": float("nan")}, "steepness is nan"),
    ):
        with pytest.raises(ValueError, match=said):
            Transformer(**{"width": 8, **change})


def test_an_encoder_that_tiles_the_first_input_changes_nothing_else() -> None:
    plain, tiled = (
        Transformer(64, steepness=each).build(2, 1, generator("agents", 7)).state_dict() for each in (0.0, 8.0)
    )
    weights, bias = tiled.pop("encoder.weight"), tiled.pop("encoder.bias")
    places = -bias / weights[:, 0]
    assert stats.kstest(places.numpy(), stats.uniform(-0.5, 1).cdf).pvalue > 0.001
    assert weights.std(dim=0).tolist() == pytest.approx([8, 0.5], rel=0.2)
    for name, value in tiled.items():
        torch.testing.assert_close(value, plain[name], atol=0, rtol=0)


@pytest.mark.slow
@pytest.mark.parametrize(("agent", "peak"), [(GRU(16), 1e-2), (Transformer(16), 3e-3)], ids=["GRU", "transformer"])
def test_other_agents_become_bayesian_by_the_same_trainer(agent: AgentSpec, peak: float) -> None:
    spec = Supervised(BernoulliTask(1, 1), seed=77, agent=agent, updates=300, checkpoints=2, peak_learning_rate=peak)
    record, task = train(spec), spec.task
    episodes = task.sample(500, 20, generator("agents", 5))
    bayes = behaviour.predict(BetaBernoulli(BernoulliTask(1, 1)), task, episodes)
    begin, end = (
        behaviour.dissimilarity(
            bayes, behaviour.predict(load_agent(agent, 2, 1, weights_at(record, update)), task, episodes)
        )
        for update in (0, 300)
    )
    assert end < 0.05 < 1 < begin
    assert key_of(spec) != key_of(Supervised(BernoulliTask(1, 1), seed=77, updates=300, checkpoints=2))

"""The prior that a prompt leaves: exact for a Bayesian, nearest for others."""

import numpy as np
import pytest
from scipy.stats import betabinom, binom

from experiments.prompts import implied
from experiments.prompts.search import HOME
from lib.optimal.conjugate import BetaBernoulli
from lib.tasks.bernoulli import BernoulliTask


@pytest.mark.parametrize(("prompt", "prior"), [("", (0.5, 0.5)), ("HHHHHHTT", (6.5, 2.5)), ("T" * 30, (0.5, 30.5))])
def test_the_prior_that_is_left_to_a_bayesian_is_her_posterior(prompt: str, prior: tuple[float, float]) -> None:
    forecast = implied.forecast(BetaBernoulli(HOME), HOME, prompt)
    assert forecast.sum() == pytest.approx(1)
    assert implied.implied_beta(forecast) == pytest.approx(prior, rel=1e-3)
    other = implied.forecast(BetaBernoulli(BernoulliTask(*prior)), HOME, "")
    np.testing.assert_allclose(forecast, other, rtol=1e-5)


def test_a_forecast_is_of_sequences_with_heads_first() -> None:
    forecast = implied.forecast(BetaBernoulli(HOME), HOME, "H", ahead=2)
    assert implied.futures(2) == ["HH", "HT", "TH", "TT"]
    assert forecast == pytest.approx([0.75 * 2.5 / 3, 0.75 * 0.5 / 3, 0.25 * 1.5 / 3, 0.25 * 1.5 / 3])


def test_no_other_prior_is_nearer_to_a_forecast_of_none() -> None:
    forecast = implied.forecast_of_coins((0.2, 0.8))
    heads = np.array([each.count("H") for each in implied.futures()])

    def far(a: float, b: float) -> float:
        ways = binom(implied.AHEAD, 0.5).pmf(heads) * 2**implied.AHEAD
        return implied.divergence(forecast, betabinom(implied.AHEAD, a, b).pmf(heads) / ways)

    a, b = implied.implied_beta(forecast)
    assert a == pytest.approx(b)
    assert far(a, b) > 0.01, "two coins are no Beta prior"
    assert far(a, b) < min(far(a * up, b * across) for up in (0.97, 1, 1.03) for across in (0.98, 1.02))


def test_one_coin_is_a_point() -> None:
    a, b = implied.implied_beta(implied.forecast_of_coins((0.7,)))
    assert a / (a + b) == pytest.approx(0.7, abs=1e-6)
    assert a + b == pytest.approx(implied.SURE[1], rel=1e-3)
    assert implied.divergence(implied.forecast_of_coins((0.7,)), implied.forecast_of_coins((0.7,))) == 0


def test_a_prompt_of_other_symbols_is_refused() -> None:
    with pytest.raises(ValueError, match="holds more than H and T"):
        implied.forecast(BetaBernoulli(HOME), HOME, "HX")

"""Exercise of *Learning to act*: the policy gradient of REINFORCE."""

from functools import partial

import numpy as np
import torch

from experiments.exercises.check import Array, Check


def _right(logits: Array, actions: Array, rewards: Array) -> Array:
    """By automatic differentiation of the surrogate: the gradient of the expected return, as episodes estimate it."""
    variable = torch.tensor(logits, requires_grad=True)
    chosen = torch.distributions.Categorical(logits=variable).log_prob(torch.from_numpy(actions))  # type: ignore[no-untyped-call]
    to_come = torch.from_numpy(rewards).flip(dims=[1]).cumsum(dim=1).flip(dims=[1])
    (chosen * to_come).sum(dim=1).mean().backward()
    assert variable.grad is not None
    return np.asarray(variable.grad)


def _step(logits: Array, actions: Array, rewards: Array, *, credit: str = "to come", minus: bool = True) -> Array:
    policy = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    to_come = rewards[:, ::-1].cumsum(axis=1)[:, ::-1]
    weight = {
        "to come": to_come,
        "whole": np.broadcast_to(to_come[:, :1], rewards.shape),
        "own": rewards,
        "after": to_come - rewards,
        "past": rewards.cumsum(axis=1),
    }[credit]
    direction = np.eye(logits.shape[-1])[actions] - (policy if minus else 0)
    return np.asarray(direction * weight[..., None] / len(logits))


_rng = np.random.default_rng(5)
_logits, _actions = _rng.normal(size=(5, 4, 3)), _rng.integers(0, 3, (5, 4))
_rewards = _rng.integers(0, 2, (5, 4)) + 0.5

check_policy_gradient = Check(
    _right,
    [(_logits[:1], _actions[:1], _rewards[:1]), (_logits, _actions, _rewards)],
    [
        (
            partial(_step, credit="whole"),
            "Right on average, but noisier: rewards before an action are no credit to it.",
        ),
        (
            partial(_step, credit="own"),
            "You credit an action with its own reward alone. What comes after counts as well.",
        ),
        (partial(_step, credit="after"), "Off by one in time: an action's own reward is missing from what is to come."),
        (partial(_step, credit="past"), "The wrong way through time: you credit an action with what came before it."),
        (
            partial(_step, minus=False),
            "The policy is missing: the gradient of log-softmax is one-hot minus the probabilities.",
        ),
        (lambda *each: -_right(*each), "The sign is wrong: this lowers the return."),
        (lambda *each: len(each[0]) * _right(*each), "The sum over episodes: the mean over them is asked for."),
    ],
)

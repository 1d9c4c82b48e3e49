"""Updates a second of explorers whose lives have 20, 50 and 100 steps, on one thread, each way in the same run.

Ours: ten explorers side by side, which learn from what their units did while they played. Peers: each alone, with a
second forward pass to learn from; and a bare loop, which plays with `nn.LSTMCell`, learns with `nn.LSTM`, and has no
critic, no clipping and no records.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import nn

from benchmarks import speed
from lib.training import actor_critic, batched
from lib.training.actor_critic import ActorCritic

NETWORKS, UPDATES, ROUNDS = 10, 4, 4


def bare_loops(specs: Sequence[ActorCritic]) -> None:
    """REINFORCE in a one-armed world, written as anyone would; one training after another."""
    for spec in specs:
        bare_loop(spec)


def bare_loop(spec: ActorCritic) -> None:
    """One of them."""
    cell, readout = nn.LSTMCell(4, spec.agent.width), nn.Linear(spec.agent.width, 2)
    memory = nn.LSTM(4, spec.agent.width)
    for own, name in zip(cell.parameters(), ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), strict=True):
        setattr(memory, name, own)
    adam = torch.optim.Adam([*cell.parameters(), *readout.parameters()], lr=spec.peak_learning_rate)
    for _ in range(spec.updates):
        mu = torch.randn(spec.batch) - 1
        rewards = mu + 2 * torch.randn(spec.steps, spec.batch)
        told, state, inputs, actions = torch.zeros(spec.batch, 4), None, [], []
        with torch.no_grad():
            for reward in rewards:
                state = cell(told, state)
                action = torch.bernoulli(readout(state[0]).softmax(1)[:, 1])
                inputs.append(told)
                actions.append(action)
                time = torch.full_like(mu, len(actions) / spec.steps)
                told = torch.stack([1 - action, action, time, action * reward], dim=1)
        taken = torch.stack(actions)
        log_policy = readout(memory(torch.stack(inputs))[0]).log_softmax(2)
        earned = (taken * mu).flip(0).cumsum(0).flip(0)
        loss = -(log_policy.gather(2, taken.long()[..., None])[..., 0] * (earned - earned.mean(1, keepdim=True))).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()


def ways(spec: ActorCritic) -> dict[str, Callable[[], object]]:
    """Each trains as many explorers."""
    specs = [replace(spec, seed=seed) for seed in range(NETWORKS)]
    return {
        "side by side": lambda: batched.train_actors(specs),
        "alone": lambda: [actor_critic.train(each) for each in specs],
        "a bare loop": lambda: bare_loops(specs),
    }


def main() -> None:
    for batch in (64, 128):
        for steps in (20, 50, 100):
            spec = replace(speed.ACTING, steps=steps, batch=batch, updates=UPDATES)
            rates = speed.updates_per_second(ways(spec), NETWORKS * UPDATES, ROUNDS)
            ours = rates["side by side"]
            for name, rate in rates.items():
                print(
                    f"batch {batch:3}, {steps:3} steps, {name:12} {rate:5.0f} updates a second, "
                    f"{1_500 / rate:4.0f} s for 1,500   ratio ours / this: {ours / rate:.2f}"
                )


if __name__ == "__main__":
    main()

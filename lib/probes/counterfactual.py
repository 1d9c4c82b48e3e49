"""Counterfactual outputs of a machine: at each step, what it would have said to other inputs, which it then forgets.

Source: Rabinowitz 2019, section 3.2.3 (probes of a fixed past), used for all three of its experiments.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Machine


def counterfactual(
    machine: Machine,
    inputs: Float[Tensor, "batch time feature"],
    asked: Float[Tensor, "#batch probe some"],
    since: int = 0,
) -> Iterator[Float[Tensor, "batch probe output"]]:
    """Counterfactual outputs at each step, had the first of a machine's inputs been others.

    At step t the machine is in the state that `inputs[:, :t]` led to. That state is forked once for each probe. A probe
    replaces the first features of the input and leaves the rest as they are, such as what the machine is told about
    the step before.

    Args:
        machine: any.
        inputs: what it lives through.
        asked: the probes; one set for all episodes, or one for each.
        since: the first step, counted from 0, at which the machine is asked.

    Yields:
        The outputs at one step, for each episode and probe.

    Raises:
        ValueError: if the machine takes other inputs, or there are no probes, or they are larger than an input, or
            there is no such step.
    """
    batch, steps, features = inputs.shape
    count, some = asked.shape[1:]
    if features != machine.input_size:
        raise ValueError(f"inputs have {features} features; this machine takes {machine.input_size}")
    if count < 1 or not 1 <= some <= features:
        raise ValueError(
            f"{count} probes of {some} features; there must be some of each, and at most {features} features"
        )
    if not 0 <= since < steps:
        raise ValueError(f"since is {since}; episodes have steps 0 to {steps - 1}")
    with torch.inference_mode():
        state = machine.initial_state(batch).to(inputs)
        for step, x in enumerate(inputs.unbind(dim=1)):
            if step >= since:
                rest = x[:, None, some:].expand(-1, count, -1)
                probes = torch.cat([asked.expand(batch, -1, -1), rest], dim=-1)
                _, said = machine.step(state.repeat_interleave(count, dim=0), probes.flatten(0, 1))
                yield said.reshape(batch, count, -1)
            state, _ = machine.step(state, x)

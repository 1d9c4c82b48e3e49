"""Play and backpropagation through time of many LSTM agents as one program, with the forward pass of playing kept.

An actor that learns once from a batch that it has just played needs no second forward pass: what its units did while it
played is all that the backward pass asks for. Autograd cannot know that, so the backward pass through the cell is
written out here: Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from lib.agents.batched import Weights


class Tape:
    """LSTM agents that are not deep, side by side, that keep what their units do at every step.

    Features come before episodes here, so that each gate is a block of memory. The memory is taken once and used for
    every batch: to ask the system for it anew costs as much as to fill it.

    Args:
        weights: of the agents, stacked (`lib.agents.batched.stack`).
        batch: episodes of each agent.
        steps: in an episode.
    """

    def __init__(self, weights: Weights, batch: int, steps: int) -> None:
        self._weights = weights
        count, self.output_size, self.width = weights["readout.weight"].shape
        self.input_size = weights["memory.weight_ih_l0"].shape[-1]
        fresh, width = weights["readout.weight"].new_empty, self.width
        self.seen = fresh(steps + 1, count, self.input_size + width + 1, batch)  # input, hidden vector, and a one
        self.seen[-1, :, : self.input_size] = 0
        self.seen[:, :, -1] = 1
        self.inputs, self.hidden = self.seen[:-1, :, : self.input_size].mT, self.seen[:, :, self.input_size : -1]
        self.cells, self.squashed = fresh(2, steps + 1, count, width, batch)
        self.gates, self.contents = fresh(steps, count, 4 * width, batch), fresh(steps, count, width, batch)
        self.logits = fresh(steps, count, self.output_size, batch)
        self.rewind()

    def rewind(self) -> None:
        """Begin episodes anew, with the weights as they are now."""
        self._taken = 0
        full, gates = _in_one(self._weights).detach(), 4 * self.width
        self._gates, self._outputs = full[:, :gates], full[:, gates:, self.input_size :]
        self.hidden[0], self.cells[0] = self._weights["start"].detach()[..., None].chunk(2, dim=1)

    def step(self, x: Float[Tensor, "run batch feature"]) -> Float[Tensor, "run output batch"]:
        """One step of every agent."""
        t, self._taken = self._taken, self._taken + 1
        self.seen[t, :, : self.input_size] = x.mT
        write, forget, drive, read = torch.bmm(self._gates, self.seen[t], out=self.gates[t]).sigmoid_().chunk(4, dim=1)
        content = torch.mul(drive, 2, out=self.contents[t]).sub_(1)
        cell = torch.mul(write, content, out=self.cells[t + 1]).addcmul_(forget, self.cells[t])
        squashed = torch.mul(cell, 2, out=self.squashed[t + 1]).sigmoid_().mul_(2).sub_(1)
        torch.mul(read, squashed, out=self.hidden[t + 1])
        return torch.bmm(self._outputs, self.seen[t + 1, :, self.input_size :], out=self.logits[t])

    def outputs(self) -> Float[Tensor, "time run output batch"]:
        """The outputs of all steps, through which a gradient reaches the weights, unchanged since the beginning."""
        outputs: Tensor = _Through.apply(  # type: ignore[no-untyped-call]
            _in_one(self._weights), self._weights["start"], self
        )
        return outputs


def _in_one(weights: Weights) -> Float[Tensor, "run gates_and_outputs seen"]:
    """All weights of each agent as one matrix, from (input, hidden vector, one) to (gates, outputs).

    tanh(x) = 2 sigmoid(2x) - 1: with the content's drive doubled, one sigmoid serves all four gates.
    """
    into, back = weights["memory.weight_ih_l0"], weights["memory.weight_hh_l0"]
    bias, read = weights["memory.bias_ih_l0"] + weights["memory.bias_hh_l0"], weights["readout.weight"]
    double = into.new_tensor([1, 1, 2, 1]).repeat_interleave(back.shape[2])[:, None]
    gates = torch.cat([into, back, bias[..., None]], dim=2) * double
    blind = into.new_zeros(*read.shape[:2], into.shape[2])
    return torch.cat([gates, torch.cat([blind, read, weights["readout.bias"][..., None]], dim=2)], dim=1)


class _Through(torch.autograd.Function):
    """From weights to outputs, with a tape for the forward pass."""

    @staticmethod
    def forward(ctx: Any, full: Tensor, start: Tensor, tape: Tape) -> Tensor:
        ctx.tape = tape
        ctx.save_for_backward(full)
        return tape.logits.clone()

    @staticmethod
    def backward(ctx: Any, *given: Tensor) -> tuple[Tensor, Tensor, None]:
        """Backpropagation through time.

        A hidden vector drives the outputs of its own step and the gates of the next, so the gradients at these are put
        into one matrix: one product with it takes both back to the hidden vector, another to the weights.
        """
        (full,), tape, outputs = ctx.saved_tensors, ctx.tape, given[0]
        gates = 4 * tape.width
        back = full[:, :, tape.input_size : -1].mT
        at_drives = outputs.new_zeros(*full.shape[:2], outputs.shape[-1])
        at_gates, at_outputs = at_drives[:, :gates], at_drives[:, gates:]
        at_write, at_forget, at_content, at_read = at_gates.chunk(4, dim=1)
        at_outputs.copy_(outputs[-1])
        at_weights = torch.bmm(tape.seen[-1], at_drives.mT)
        at_hidden = torch.bmm(back, at_drives)
        at_cell = torch.zeros_like(at_hidden)
        inner = torch.empty_like(at_hidden)
        for t in reversed(range(len(outputs))):
            write, forget, _, read = tape.gates[t].chunk(4, dim=1)
            squashed = tape.squashed[t + 1]
            torch.mul(at_hidden, read, out=inner)
            at_cell += torch.ops.aten.tanh_backward(inner, squashed)
            torch.mul(at_cell, tape.contents[t], out=at_write)
            torch.mul(at_cell, tape.cells[t], out=at_forget)
            torch.mul(at_cell, write, out=at_content).mul_(2)
            torch.mul(at_hidden, squashed, out=at_read)
            torch.ops.aten.sigmoid_backward.grad_input(at_gates, tape.gates[t], grad_input=at_gates)
            at_cell *= forget
            if t:
                at_outputs.copy_(outputs[t - 1])
            else:
                at_outputs.zero_()
            at_weights.baddbmm_(tape.seen[t], at_drives.mT)
            torch.bmm(back, at_drives, out=at_hidden)
        return at_weights.mT, torch.cat([at_hidden, at_cell], dim=1).sum(dim=2), None

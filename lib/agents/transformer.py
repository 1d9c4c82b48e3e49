"""Transformer agent: causal self-attention over everything that it has been told.

Source: Vaswani et al. 2017 (attention); Xiong et al. 2020 (normalisation before each block); Press et al. 2022 (ALiBi,
attention that falls with distance); Shazeer 2019 (decoding step by step, with keys and values kept).

A transformer is a Mealy machine too: its state is its past.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from lib.agents import init
from lib.agents.agent import Network, check_positive
from lib.machine import Delegating
from lib.random import check_generator
from lib.spec import added, tagged

OTHERS = 0.5  # standard deviation of the weights of other inputs than the tiled one: as in `TiledLSTM`


class _Block(nn.Module):
    """Self-attention, then a two-layer perceptron; each reads a normalised stream and adds to it."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_perceptron = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attend, self.mix = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.expand, self.contract = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(
        self, stream: Float[Tensor, "batch time width"], mask: Float[Tensor, "head time time"]
    ) -> Float[Tensor, "batch time width"]:
        query, key, value = self.projected(stream)
        return self.add(stream, functional.scaled_dot_product_attention(query, key, value, attn_mask=mask))

    def projected(self, stream: Float[Tensor, "batch time width"]) -> Float[Tensor, "3 batch head time part"]:
        """Queries, keys and values."""
        batch, steps, width = stream.shape
        parts = self.attend(self.before_attention(stream)).view(batch, steps, 3, self.heads, width // self.heads)
        return parts.permute(2, 0, 3, 1, 4)

    def add(
        self, stream: Float[Tensor, "batch time width"], seen: Float[Tensor, "batch head time part"]
    ) -> Float[Tensor, "batch time width"]:
        """The stream with what the heads have seen, and what the perceptron makes of both."""
        stream = stream + self.mix(seen.transpose(1, 2).reshape(stream.shape))
        perceptron: Tensor = self.contract(functional.gelu(self.expand(self.before_perceptron(stream))))
        return stream + perceptron


class TransformerAgent(Network):
    """A causal transformer, as a Mealy machine.

    State: how many inputs there were, then the inputs themselves, padded with zeros to `context` of them.

    Raises:
        ValueError: if a size is less than 1, or the width is not a multiple of the number of heads.
    """

    def __init__(self, input_size: int, output_size: int, spec: "Transformer", rng: torch.Generator) -> None:
        super().__init__(input_size, output_size, spec.width)
        self.spec = spec
        with torch.device("meta"):
            self.encoder = nn.Linear(input_size, spec.width)
            self.blocks = nn.ModuleList(_Block(spec.width, spec.heads) for _ in range(spec.layers))
            self.last_norm = nn.LayerNorm(spec.width)
            self.readout = nn.Linear(spec.width, output_size)
        check_generator(rng)
        self.to_empty(device="cpu")
        for module in self.modules():
            if isinstance(module, nn.LayerNorm):
                nn.init.ones_(module.weight)
                nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Linear):
                bound = module.in_features**-0.5
                for parameter in (module.weight, module.bias):
                    nn.init.uniform_(parameter, -bound, bound, generator=rng)
        if spec.steepness:
            init.tile(self.encoder.weight, self.encoder.bias, spec.steepness, OTHERS, rng)

    @property
    def state_size(self) -> int:
        """A count, and room for the past."""
        return 1 + self.spec.context * self.input_size

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """No past."""
        return self.readout.weight.new_zeros(batch, self.state_size)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """The count is a whole number that leaves room for one more input; the past may be anything."""
        return torch.cat([state[:, :1].round().clamp(0, self.spec.context - 1), state[:, 1:]], dim=1)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """Add one input to the past, and look at all of it.

        Raises:
            ValueError: if there is no room left.
        """
        count, longest = self.counted(state)
        here = torch.arange(self.spec.context)[None] == count[:, None]
        past = torch.where(here[..., None], x[:, None], state[:, 1:].view(len(state), self.spec.context, -1))
        features = self.features(past[:, : longest + 1])[torch.arange(len(state)), count]
        return torch.cat([state[:, :1] + 1, past.flatten(1)], dim=1), self.outputs(features)

    def counted(self, state: Float[Tensor, "batch state"]) -> tuple[Int[Tensor, " batch"], int]:
        """How many inputs there were in each episode, and at most.

        Raises:
            ValueError: if there is no room left.
        """
        count = state[:, 0].long()
        longest = int(count.max())
        if longest >= self.spec.context:
            raise ValueError(f"{longest} inputs are the past of this transformer; its context has room for no more")
        return count, longest

    def stepwise(self) -> "Cached":
        """With keys and values kept."""
        return Cached(self)

    def features(self, inputs: Float[Tensor, "batch time feature"]) -> Float[Tensor, "batch time width"]:
        """The stream after the last block, normalised."""
        stream, mask = self.encoder(inputs), self.mask(inputs.shape[1])
        for block in self.blocks:
            stream = block(stream, mask)
        return self.last_norm(stream)

    def mask(self, steps: int) -> Float[Tensor, "head time time"]:
        """What is added to attention: nothing is seen of the future, and less of what is further away."""
        distance = torch.arange(steps)[:, None] - torch.arange(steps)[None]
        slopes = torch.tensor([2 ** (-8 * (head + 1) / self.spec.heads) for head in range(self.spec.heads)])
        fall = -slopes[:, None, None] * distance if self.spec.alibi else torch.zeros(self.spec.heads, steps, steps)
        return fall.masked_fill(distance < 0, -math.inf)


@dataclass(frozen=True)
class Cached(Delegating):
    """KV cache: a transformer that keeps the keys and values of its past, and works out those of the last input alone.

    It says what the transformer says, in time that does not grow with the square of the past, from a state that is
    larger: how many inputs there were, then keys and values by layer, input and head.
    """

    machine: TransformerAgent

    @property
    def state_size(self) -> int:
        """A count, and room for keys and values."""
        spec = self.machine.spec
        return 1 + spec.context * spec.layers * 2 * spec.width

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """No past."""
        return self.machine.readout.weight.new_zeros(batch, self.state_size)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """Add the keys and values of one input to those of the past, and look at all of them.

        Raises:
            ValueError: if there is no room left.
        """
        agent, spec = self.machine, self.machine.spec
        blocks: Any = agent.blocks
        count, longest = agent.counted(state)
        past = state[:, 1:].view(len(x), spec.layers, spec.context, 2, spec.heads, -1)
        here = (torch.arange(longest + 1) == count[:, None])[:, :, None, None, None]
        mask = agent.mask(longest + 1)[:, count].transpose(0, 1)[:, :, None]
        stream, parts = agent.encoder(x)[:, None], [state[:, :1] + 1]
        for block, before in zip(blocks, past.unbind(dim=1), strict=True):
            query, *new = block.projected(stream)
            known = torch.where(here, torch.stack(new, dim=1)[:, None, ..., 0, :], before[:, : longest + 1])
            key, value = known.permute(2, 0, 3, 1, 4)
            stream = block.add(stream, functional.scaled_dot_product_attention(query, key, value, attn_mask=mask))
            parts += [known.flatten(1), before[:, longest + 1 :].flatten(1)]
        return torch.cat(parts, dim=1), agent.outputs(agent.last_norm(stream)[:, 0])


@tagged("Transformer")
@dataclass(frozen=True)
class Transformer:
    """A small causal transformer.

    Attributes:
        width: numbers in the stream.
        layers: blocks.
        heads: of attention, in each block.
        alibi: whether attention falls with distance; if not, the order of the past is not told apart.
        context: the longest past that it can be stepped through.
        steepness: standard deviation of the first input's weights, if the encoder begins by tiling the interval of
            that input, from -1/2 to 1/2, as `TiledLSTM` does; 0 if it begins as all other layers.

    Raises:
        ValueError: if a number is less than 1, or the width is not a multiple of the number of heads, or the steepness
            is negative or not finite.
    """

    width: int = 32
    layers: int = 2
    heads: int = 2
    alibi: bool = True
    context: int = 128
    steepness: float = added(0.0)

    def __post_init__(self) -> None:
        check_positive(self, "width", "layers", "heads", "context")
        if self.width % self.heads:
            raise ValueError(f"width is {self.width}; it must be a multiple of {self.heads} heads")
        if not 0 <= self.steepness < math.inf:
            raise ValueError(
                f"steepness is {self.steepness}; it must be positive and finite, or 0 for an encoder without tiles"
            )

    def build(self, input_size: int, output_size: int, rng: torch.Generator) -> TransformerAgent:
        """A fresh network."""
        return TransformerAgent(input_size, output_size, self, rng)

"""The tangent kernel: by hand on small networks, and by what a small step of gradient descent does."""

import pytest
import torch

from lib.agents.feedforward import FeedforwardNetworks
from lib.probes.fourier import grid
from lib.probes.tangent_kernel import rank, tangent_kernel, wave_rates
from lib.random import generator


def networks(*sizes: int, count: int = 2, spread: float | None = None) -> FeedforwardNetworks:
    return FeedforwardNetworks(sizes, count, True, spread, generator("a test", 0))


def test_the_kernel_of_a_straight_line_is_known() -> None:
    x = grid(8).double()
    kernel = tangent_kernel(networks(1, 1), points=8)
    torch.testing.assert_close(kernel, (x @ x.mT + 1).expand(2, -1, -1), rtol=1e-6, atol=1e-6)
    assert rank(kernel).tolist() == [2, 2]


def test_a_small_step_moves_answers_as_the_kernel_says() -> None:
    group, lacking = networks(1, 16, 16, 1), torch.randn(2, 40, generator=generator("a test", 1))
    kernel, before = tangent_kernel(group), group(grid().expand(2, -1, -1))[..., 0]
    (before * lacking).sum().backward()
    with torch.no_grad():
        for weight in group.parameters():
            weight += 1e-5 * weight.grad
        moved = (group(grid().expand(2, -1, -1))[..., 0] - before) / 1e-5
    expected = (kernel.float() @ lacking[..., None])[..., 0]
    assert (moved - expected).norm() < 0.02 * expected.norm()


def test_a_wave_that_the_kernel_holds_has_its_weight_as_rate() -> None:
    angle = 2 * torch.pi * grid()[:, 0].double()
    waves = [torch.stack([(k * angle).sin(), (k * angle).cos()]) / 20**0.5 for k in (1, 2, 3)]
    kernel = sum(weight * wave.mT @ wave for weight, wave in zip((4.0, 2.0, 1.0), waves, strict=True))
    torch.testing.assert_close(wave_rates(kernel[None], 4), torch.tensor([[4.0, 2, 1, 0]]).double())
    assert rank(kernel[None]).item() == 6


def test_without_biases_rectified_networks_bend_at_zero_alone() -> None:
    """Whatever their depth, they are straight on both sides, and the kernel changes four numbers: a step and a slope
    on each.
    """
    assert rank(tangent_kernel(networks(1, 64, 64, 64, 1, spread=0.2))).tolist() == [4, 4]
    assert (rank(tangent_kernel(networks(1, 64, 64, 64, 1))) > 10).all()


def test_only_one_output_has_this_kernel() -> None:
    with pytest.raises(ValueError, match="networks say 3 numbers; the kernel is of one"):
        tangent_kernel(networks(1, 4, 3))

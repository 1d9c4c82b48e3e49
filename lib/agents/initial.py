"""Fresh weights, as torch's own layers have them, but from a generator that the caller gives."""

from torch import Generator, nn


def fill(network: nn.Module, input_size: int, width: int, generator: Generator) -> None:
    """Give memory to parameters made on torch's `meta` device, and draw them uniformly within one over the square root
    of the number of inputs: `input_size` for the encoder, `width` for everything else.
    """
    network.to_empty(device="cpu")
    for name, parameter in network.named_parameters():
        bound = (input_size if name.startswith("encoder") else width) ** -0.5
        nn.init.uniform_(parameter, -bound, bound, generator=generator)


def check_sizes(input_size: int, output_size: int, width: int) -> None:
    """Refuse networks of no size.

    Raises:
        ValueError: if a size is less than 1.
    """
    if min(input_size, output_size, width) < 1:
        raise ValueError(f"sizes are input {input_size}, output {output_size}, width {width}; each must be at least 1")

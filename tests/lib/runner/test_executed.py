"""The executed set: what a cell printed is told in one piece, whatever the clock did."""

from nbformat import NotebookNode
from nbformat.v4 import new_output

from lib.runner.executed import in_one_piece


def printed(text: str, name: str = "stdout") -> NotebookNode:
    made: NotebookNode = new_output("stream", name=name, text=text)
    return made


def test_what_a_slow_cell_prints_is_one_output() -> None:
    pieces = [printed("0.5: 0.27 nats"), printed("; 0.6: 0.13 nats\n"), printed("0.7\n")]
    assert in_one_piece(pieces) == [printed("0.5: 0.27 nats; 0.6: 0.13 nats\n0.7\n")]


def test_a_picture_or_another_stream_between_keeps_pieces_apart() -> None:
    outputs = [printed("a\n"), new_output("display_data"), printed("b\n"), printed("c\n", "stderr"), printed("d\n")]
    assert in_one_piece(list(outputs)) == outputs
    assert in_one_piece([]) == []

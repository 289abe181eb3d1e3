"""Graphs are drawn from their nodes: every node once, and inputs to the left."""

from __future__ import annotations

from itertools import pairwise

import pytest
from matplotlib.colors import to_hex

from gradbook import figures
from gradbook.errors import GradbookError
from gradbook.figures import programs
from gradbook.plots.figure import RED, DescribedFigure


class Node:
    def __init__(self, name, *inputs):
        self.name, self.inputs = name, inputs


class Placeholder(Node):
    pass


class Variable(Node):
    pass


class Assign(Node):
    pass


def layer():
    x, w = Placeholder("x"), Variable("w")
    product = Node("MatMul", x, w)
    total = Node("Add", product, Variable("b"))
    return x, w, total, Node("Sum", Node("Multiply", total, product))


def places(figure: DescribedFigure) -> dict[str, tuple[float, float]]:
    written = [text for text in figure.mpl_figure.axes[0].texts if text.get_text()]
    return {text.get_text(): text.get_position() for text in written}


def rims(figure: DescribedFigure) -> list[str]:
    # Each box is drawn twice: a white background, then its border.
    return [to_hex(patch.get_edgecolor()) for patch in figure.mpl_figure.axes[0].patches[1::2]]


def test_what_is_taken_stands_left_of_what_takes_it(displayed: list[DescribedFigure]):
    *_, loss = layer()
    figures.computation(loss)
    at = places(displayed[0])
    assert at["x"][0] < at["MatMul"][0] < at["Add"][0] < at["Multiply"][0] < at["Sum"][0]
    # A variable is next to its first user, not at the far left.
    assert at["b"][0] == at["MatMul"][0]
    assert displayed[0].text.startswith("A graph of 7 nodes. MatMul takes x and w; Add takes MatMul and b;")


def test_boxes_of_long_names_do_not_touch(displayed: list[DescribedFigure]):
    node = Placeholder("x")
    for name in ("BroadcastTo", "a", "OnesLikeAnother", "b"):
        node = Node(name, node)
    figures.computation(node)
    boxes = sorted(
        patch.get_extents().extents.tolist() for patch in displayed[0].mpl_figure.axes[0].patches[1::2]
    )
    assert all(left[2] < right[0] for left, right in pairwise(boxes))


def test_no_two_nodes_share_a_place(displayed: list[DescribedFigure]):
    *_, loss = layer()
    figures.computation([loss, Assign("w ←", loss)])
    at = list(places(displayed[0]).values())
    assert len(set(at)) == len(at)


def test_what_was_added_gets_a_red_rim(displayed: list[DescribedFigure]):
    x, _, total, loss = layer()
    figures.computation([loss, Assign("w ←", Node("Scale", x))], first=loss)
    assert rims(displayed[0]).count(RED) == 2
    assert ", 2 nodes of them added. " in displayed[0].text
    figures.computation(total, first=loss)
    assert RED not in rims(displayed[1])


def test_the_legend_names_the_kinds_that_are_there(displayed: list[DescribedFigure]):
    *_, loss = layer()
    figures.computation(loss)
    legend = [text.get_text() for text in displayed[0].mpl_figure.axes[0].get_legend().get_texts()]
    assert legend == ["Placeholder: fed in each run", "Variable: stays on the device", "operation"]


def test_a_node_that_is_taken_twice_is_drawn_once(displayed: list[DescribedFigure]):
    x = Placeholder("x")
    figures.computation(Node("Multiply", x, x))
    assert sorted(places(displayed[0])) == ["Multiply", "x"]
    assert displayed[0].text.endswith("Multiply takes x and x.")


@pytest.mark.parametrize("number", [0, programs._MOST + 1])
def test_what_cannot_be_read_is_refused(number, displayed: list[DescribedFigure]):
    with pytest.raises(GradbookError):
        figures.computation([Node(str(i)) for i in range(number)])
    assert displayed == []


def test_a_long_chain_is_walked_without_recursion():
    node = Node("0")
    for i in range(5000):
        node = Node(str(i + 1), node)
    assert len(programs._ancestors([node])) == 5001


def test_host_and_device_names_both_memories_and_the_bus(displayed: list[DescribedFigure]):
    figures.host_and_device()
    assert {"the host's memory", "the bus", "the device's memory"} <= set(places(displayed[0]))
    assert "Between the two memories lies a bus" in displayed[0].text

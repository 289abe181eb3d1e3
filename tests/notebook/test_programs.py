"""Graphs are drawn from their nodes: every node once, what is taken left of what takes it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from matplotlib.colors import to_hex

from autograder.errors import AutograderError
from autograder.notebook import sketches
from autograder.notebook.plots.picture import RED, Picture
from autograder.notebook.sketches import programs


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


def places(picture: Picture) -> dict[str, tuple[float, float]]:
    written = [text for text in picture.figure.axes[0].texts if text.get_text()]
    return {text.get_text(): text.get_position() for text in written}


def rims(picture: Picture) -> list[str]:
    # Each box is drawn twice: a white ground, then its rim.
    return [to_hex(patch.get_edgecolor()) for patch in picture.figure.axes[0].patches[1::2]]


def test_what_is_taken_stands_left_of_what_takes_it(pictures: list[Picture]):
    *_, loss = layer()
    sketches.computation(loss)
    at = places(pictures[0])
    assert at["x"][0] < at["MatMul"][0] < at["Add"][0] < at["Multiply"][0] < at["Sum"][0]
    # A variable stands beside its first user, not at the far left.
    assert at["b"][0] == at["MatMul"][0]
    assert pictures[0].text.startswith("A graph of 7 nodes. MatMul takes x and w; Add takes MatMul and b;")


def test_boxes_of_long_names_do_not_touch(pictures: list[Picture]):
    node = Placeholder("x")
    for name in ("BroadcastTo", "a", "OnesLikeAnother", "b"):
        node = Node(name, node)
    sketches.computation(node)
    boxes = sorted(patch.get_extents().extents.tolist() for patch in pictures[0].figure.axes[0].patches[1::2])
    assert all(left[2] < right[0] for left, right in pairwise(boxes))


def test_no_two_nodes_share_a_place(pictures: list[Picture]):
    *_, loss = layer()
    sketches.computation([loss, Assign("w ←", loss)])
    at = list(places(pictures[0]).values())
    assert len(set(at)) == len(at)


def test_what_was_added_gets_a_red_rim(pictures: list[Picture]):
    x, _, total, loss = layer()
    sketches.computation([loss, Assign("w ←", Node("Scale", x))], first=loss)
    assert rims(pictures[0]).count(RED) == 2
    assert ", 2 nodes of them added. " in pictures[0].text
    sketches.computation(total, first=loss)
    assert RED not in rims(pictures[1])


def test_the_legend_names_the_kinds_that_are_there(pictures: list[Picture]):
    *_, loss = layer()
    sketches.computation(loss)
    legend = [text.get_text() for text in pictures[0].figure.axes[0].get_legend().get_texts()]
    assert legend == ["Placeholder: fed in each run", "Variable: stays on the device", "operation"]


def test_a_node_that_is_taken_twice_is_drawn_once(pictures: list[Picture]):
    x = Placeholder("x")
    sketches.computation(Node("Multiply", x, x))
    assert sorted(places(pictures[0])) == ["Multiply", "x"]
    assert pictures[0].text.endswith("Multiply takes x and x.")


@pytest.mark.parametrize("number", [0, programs._MOST + 1])
def test_what_cannot_be_read_is_refused(number, pictures: list[Picture]):
    with pytest.raises(AutograderError):
        sketches.computation([Node(str(i)) for i in range(number)])
    assert pictures == []


def test_a_long_chain_is_walked_without_recursion():
    node = Node("0")
    for i in range(5000):
        node = Node(str(i + 1), node)
    assert len(programs._behind([node])) == 5001


def test_host_and_device_names_both_memories_and_the_bus(pictures: list[Picture]):
    sketches.host_and_device()
    assert {"the host's memory", "the bus", "the device's memory"} <= set(places(pictures[0]))
    assert "Between the two memories lies a bus" in pictures[0].text

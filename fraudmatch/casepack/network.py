"""Which records the flags of a case bring together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Whose a record of the reader is.
YOURS = "Yours"


@dataclass(frozen=True)
class Node:
    """A record, or the other records of a group.

    Attributes:
        whose: `YOURS`, or the name of the partner; "a group" for the other records of a group.
        lines: data set and reference, as printed; how many records for a group.
    """

    key: str
    whose: str
    lines: tuple[str, ...]

    @property
    def words(self) -> str:
        """The node in one line."""
        return f"{self.whose}: {', '.join(self.lines)}"


@dataclass(frozen=True)
class Edge:
    """What a rule found between two nodes; right is null for a rule about a single record."""

    left: Node
    right: Node | None
    rule_id: str
    why: str


@dataclass(frozen=True)
class Network:
    """The records of a case, each once in order of its first flag, and what lies between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def network(edges: Sequence[Edge]) -> Network:
    """The network of edges; a node met again is the same."""
    ends = [node for edge in edges for node in (edge.left, edge.right) if node is not None]
    return Network(tuple({node.key: node for node in ends}.values()), tuple(edges))

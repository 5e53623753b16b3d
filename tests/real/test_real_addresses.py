"""The published edge cases of UK addresses: the true candidate outweighs all others."""

from __future__ import annotations

from pathlib import Path

from address_edges import FILE, cases, rank


def test_every_edge_case_ranks_the_true_address_first(data: Path) -> None:
    found = cases(data / FILE)
    assert len(found) == 21
    assert sum(len(case.candidates) for case in found) == 79
    wrong = [case.messy[0] for case in found if not rank(case).right]
    assert not wrong

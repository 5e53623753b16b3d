"""Training without labels, on published files with known answers: it must help, and know how much.

The floors stand a little below what was measured (docs/measuring.md).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from training import gain

#: set -> least F1 of the links after training, how near the expected pairs come to the true ones, and what
#: training may cost where the shipped model fits already.
FLOORS = {
    "febrl4": (0.998, 0.01, 0.001),
    "historical": (0.74, 0.40, 0.001),
    "register_payroll": (0.95, 0.10, 0.015),
}


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_training_helps(name: str, data: Path, tmp_path: Path) -> None:
    least, off, cost = FLOORS[name]
    found = gain(name, data, tmp_path)
    before, after = found.before.links.f1 or 0, found.after.links.f1 or 0
    assert after >= least and after >= before - cost
    assert abs(found.expected / found.before.true_pairs - 1) <= off  # blocking loses some of them

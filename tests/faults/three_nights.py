"""A site with three nights of two quarters, so that some of what it keeps is past its time; every name is invented."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from tiny import make_site

from fraudmatch.exercise import run_night
from fraudmatch.site import load_site

NIGHTS = (dt.date(2025, 9, 30), dt.date(2026, 1, 31), dt.date(2026, 3, 31))
TERMS = """
[retention]
deliveries = 3
runs = 12
sent_back = 3
"""
#: Past the time of the first night, and of what the second kept of deliveries and sent back, but not of the second.
DAY = dt.date(2026, 11, 1)
#: A reference that stands in the first delivery alone.
CANARY = "ZQXCANARY77"


def make_three_nights(root: Path) -> Path:
    """Payroll comes anew each night, one row shorter; the first file of it is known already by the third night."""
    make_site(root)
    with (root / "site.toml").open("a", encoding="utf-8") as file:
        file.write(TERMS)
    first = next((root / "deliveries" / "cheltenham").glob("*PAYROLL_20260331.csv"))
    header, *_, last = first.read_bytes().splitlines(keepends=True)
    reference = header.decode("utf-8-sig").split(",").index("Account Ref")
    cells = last.decode("utf-8").split(",")
    cells[reference] = CANARY
    broken = last[:9] + b"\r\n"
    first.write_bytes(first.read_bytes() + ",".join(cells).encode("utf-8") + broken)
    run_night(load_site(root), as_at=NIGHTS[0])
    lines = first.read_bytes().splitlines(keepends=True)[:-2]
    for number, day in enumerate(NIGHTS[1:], 2):
        new = first.with_name(first.name.replace("20260331", f"2026033{number}"))
        new.write_bytes(b"".join(lines[:-number]))
        run_night(load_site(root), as_at=day)
    return root


def contents(root: Path) -> dict[str, str]:
    """SHA-256 of every file of a site by path, without its store and what tells of the clock."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name not in ("outcomes.sqlite", ".lock")
    }

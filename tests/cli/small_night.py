"""A site of two partners with one small published night, for commands about outcomes; every name is invented."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from fraudmatch.audit import BUILDING, Building, StageOutput, publish, seal
from fraudmatch.schemas import FLAGS, MEMBERS, RECORDS, empty

SITE = """name = "Trial"
as_at = 2026-03-31
[[partner]]
id = "northshire"
name = "Northshire"
[[partner]]
id = "southshire"
name = "Southshire"
"""
ONE, TWO, ALONE = "aa11" + "0" * 28, "aa22" + "0" * 28, "bb33" + "0" * 28


def table(schema: pa.Schema, rows: list[dict[str, object]]) -> pa.Table:
    return pa.table([pa.array([row.get(f.name) for row in rows], f.type) for f in schema], schema=schema)


def publish_night(site: Path, keys: tuple[str, ...], name: str) -> None:
    base = {
        "rule_version": 2,
        "relation": "person",
        "risk_points": 1,
        "priority": 1,
        "facts": '{"a":true,"b":null}',
    }
    flags = [
        base
        | {"flag_key": key, "rule_id": "FM-CT-001", "left_id": 0, "left_partner": "northshire"}
        | ({} if key == ALONE else {"right_id": 1, "right_partner": "southshire"})
        for key in keys
    ]
    records = [
        {"record_id": number, "partner": partner, "dataset": "payroll", "source_ref": "A:1", "party": number + 1,
         "delivery": "d", "source_row": 1}
        for number, partner in enumerate(("northshire", "southshire"))
    ]  # fmt: skip
    building = Building(site / "runs" / BUILDING)

    def tables(out: StageOutput) -> None:
        out.table("flags", table(FLAGS, flags))
        out.table("records", table(RECORDS, records))
        out.table("members", empty(MEMBERS))

    building.make("score", "", tables)
    seal(building, "", {"as_at": "2026-03-31", "run_id": name})
    assert publish(site / "runs", lambda work, half_way: None, entering=lambda folder: None) is not None


def make_site(folder: Path) -> Path:
    """The site with its night: ONE and TWO between the partners, ALONE of northshire."""
    folder.mkdir()
    (folder / "site.toml").write_text(SITE, encoding="utf-8")
    publish_night(folder, (ONE, TWO, ALONE), "2026-03-31-first")
    return folder

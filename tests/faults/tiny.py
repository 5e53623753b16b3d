"""A site of three partners and a few hundred rows, and what it must look like whatever happened to it."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path

from fraudmatch.audit import BUILDING, open_run, read_manifest, sha256_of
from fraudmatch.errors import FraudmatchError
from fraudmatch.sample import FEWEST_PEOPLE, generate

PARTNERS = ("cheltenham", "cotswold", "gloucestershire")
#: What the names of the files kept have in them.
KEPT = ("CTAX", "ELECT", "PAYROLL", "DEATHS", "TENANCY")

#: Parts of a manifest that tell of the clock and of how the night was made.
CLOCK = ("started", "finished", "seconds", "peak_mb", "stages")


def make_site(root: Path) -> Path:
    """The sample partnership with three partners and few data sets."""
    generate(root, people=FEWEST_PEOPLE, seed=9)
    for folder in (root / "deliveries").iterdir():
        for path in folder.iterdir():
            if folder.name not in PARTNERS or not any(word in path.name for word in KEPT):
                path.unlink()
    for folder in (root / "partners").iterdir():
        if folder.name not in PARTNERS:
            shutil.rmtree(folder)
    shutil.rmtree(root / "answer_key")
    text = (root / "site.toml").read_text(encoding="utf-8")
    kept = [
        part for part in text.split("[[partner]]")[1:] if any(f'id = "{one}"' in part for one in PARTNERS)
    ]
    head = text.split("[[partner]]")[0]
    (root / "site.toml").write_text("[[partner]]".join([head, *kept]), encoding="utf-8")
    return root


def published(site: Path) -> dict[str, str]:
    """SHA-256 of every file people may read or tomorrow rests on, the manifests' clocks left out."""
    found = {}
    for folder in ("runs", "accepted"):
        for path in sorted((site / folder).rglob("*")):
            name = path.relative_to(site).as_posix()
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(site).parts):
                if path.name == "manifest.json":
                    told = json.loads(path.read_text(encoding="utf-8"))
                    content = json.dumps(
                        {k: v for k, v in told.items() if k not in CLOCK}, sort_keys=True
                    ).encode()
                elif path.name.startswith(("morning.", "metrics.")):
                    continue  # tells how the last start ended
                else:
                    content = path.read_bytes()
                found[name] = hashlib.sha256(content).hexdigest()
    return found


def events(site: Path) -> int:
    """Decisions in the store."""
    path = site / "outcomes.sqlite"
    if not path.is_file():
        return 0
    with sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True) as connection:
        made = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = 'outcome_events'"
        ).fetchone()
        return int(connection.execute("SELECT count(*) FROM outcome_events").fetchone()[0]) if made[0] else 0


def check_invariants(site: Path, *, decided: int = 0, resting: bool = True) -> list[str]:
    """What of the invariants does not hold; none is left out.

    I1 no acknowledged decision is lost. I2 what people read is one night, whole. I4 received = loaded + rejected.
    I6 nothing temporary is left (asked when no night is to be gone on with). I7 the night in force can be read.

    Args:
        decided: decisions that were acknowledged.
        resting: whether a start has put things in order since the fault.
    """
    wrong = []
    if events(site) < decided:
        wrong.append(f"I1: {decided - events(site)} decisions are lost")
    runs = site / "runs"
    for folder in sorted(path for path in runs.glob("*") if path.is_dir() and not path.name.startswith(".")):
        manifest = read_manifest(folder)
        if manifest is None:
            wrong.append(f"I2: {folder.name} has no manifest")
            continue
        inside = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {
            "manifest.json"
        }
        if inside != set(manifest["artefacts"]):
            wrong.append(f"I2: {folder.name} holds other files than its manifest names")
        wrong += [
            f"I2: {folder.name}/{name} is not as its manifest says"
            for name, sha256 in manifest["artefacts"].items()
            if name in inside and sha256_of(folder / name) != sha256
        ]
        for row in manifest["deliveries"]:
            if row["received"] != row["loaded"] + row["rejected"]:
                wrong.append(f"I4: {folder.name}: {row['file']}")
    if (runs / "latest.txt").is_file():
        try:
            open_run(runs).read("flags")
        except FraudmatchError as error:
            wrong.append(f"I7: the night in force cannot be read: {error.message}")
    if resting:
        left = [path for path in site.rglob("*") if path.name.startswith(".") and path.name != ".lock"]
        wrong += [f"I6: {path.relative_to(site)} is left" for path in left]
        wrong += ["I6: a night is half made"] if (runs / BUILDING).exists() else []
    return wrong

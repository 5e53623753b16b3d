"""Digests of what a night rests on, so that what an earlier start made from other inputs is never taken for tonight's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from fraudmatch import __version__
from fraudmatch.audit import key_of
from fraudmatch.linkage import load_model
from fraudmatch.outcomes import NightOutcomes
from fraudmatch.shipped import shipped
from fraudmatch.site import Site
from fraudmatch.steps.made_from import digest_of

#: Models of a night, by relation.
_MODELS = ("property", "organisation", "person", "payment")


def rule_folders(site: Site | None) -> list[Path]:
    """The shipped rules, then the site's own, which replace shipped ones of the same id."""
    own = [site.rules_folder] if site and site.rules_folder.is_dir() else []
    return [shipped("rules"), *own]


def rule_texts(site: Site | None) -> dict[str, str]:
    """Every rule, parameter and value file by number of its folder and path; null = the shipped ones alone."""
    return {
        f"{number}/{path.relative_to(folder).as_posix()}": path.read_text(encoding="utf-8")
        for number, folder in enumerate(rule_folders(site))
        for path in sorted(folder.rglob("*.toml"))
    }


def models() -> dict[str, Any]:
    """The models of a night as they are loaded."""
    return {name: load_model(name).model_dump(mode="json") for name in _MODELS}


def stage_keys(site: Site, day: dt.date, outcomes: NightOutcomes) -> dict[str, str]:
    """Stage -> a digest of all that the stage rests on: its own inputs, and the key of the stage before it."""
    rests_on: dict[str, Any] = {
        "extract": [__version__, day, _received(site, day)],
        "normalise": [],
        "link": models(),
        "score": [rule_texts(site), site.overrides],
        "cases": [outcomes.last_sequence, outcomes.later, outcomes.replaced, outcomes.faults],
        "report": [],
        "seal": [],
    }
    keys, before = {}, ""
    for stage, inputs in rests_on.items():
        keys[stage] = before = key_of(before, stage, inputs)
    return keys


def _received(site: Site, day: dt.date) -> dict[str, str]:
    """Digests of all that decides which rows are used: deliveries, mappings, agreements, what people released,
    and what earlier nights accepted.
    """
    files = [site.root / "site.toml", site.releases_file]
    for folder in (site.root / "partners", site.root / "deliveries"):
        files += [path for path in folder.rglob("*") if path.is_file()]
    files += [path for path in site.accepted_folder.glob("*/*/*.json") if path.stem < day.isoformat()]
    there = sorted(path for path in files if path.is_file())
    return {path.relative_to(site.root).as_posix(): digest_of(path) for path in there}

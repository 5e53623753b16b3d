"""What decides the results of a night besides the deliveries, by digest; what of it differs from the night before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from fraudmatch.audit import sha256_of
from fraudmatch.inputs import models, rule_texts
from fraudmatch.site import SHARING_FILE, Site

#: Kinds of which reports say RULES CHANGED.
OF_RULES = ("rule", "override", "model")

#: How settings are called that belong to the program and not to the site.
OF_THE_PROGRAM = ("shipped rules/", "model ")

_WHERE = {"0": "shipped rules", "1": "rules"}


def settings_of(site: Site) -> dict[str, str]:
    """Name -> SHA-256 of each rule, parameter, model, override, mapping and sharing record, and of site.toml."""
    found = _rules_of(site) | _models()
    for override in site.overrides:
        digest = _digest(override)
        found[f"override of {override.get('rule')} for {override.get('partner')} {digest[:8]}"] = digest
    files = [site.root / "site.toml", *sorted((site.root / "partners").glob("*/*.toml"))]
    return found | {path.relative_to(site.root).as_posix(): sha256_of(path) for path in files}


def of_the_program() -> dict[str, str]:
    """Those of the settings that come with the program: its rules and models."""
    return _rules_of(None) | _models()


def _rules_of(site: Site | None) -> dict[str, str]:
    found = {}
    for name, text in rule_texts(site).items():
        folder, _, path = name.partition("/")
        found[f"{_WHERE[folder]}/{path}"] = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return found


def _models() -> dict[str, str]:
    return {f"model {name}": _digest(model) for name, model in models().items()}


def changes(before: Mapping[str, str] | None, now: Mapping[str, str], site: Site) -> list[dict[str, Any]]:
    """What differs, by name: kind, digests before and after (null = it was not there), partner, by and on.

    `by` and `on` are as the file says them, of overrides alone; `partner` is whom an override is for.

    Args:
        before: settings of the night before; null = there was none, or it did not tell: nothing differs.
    """
    if before is None:
        return []
    told = {_digest(each): each for each in site.overrides}
    found = []
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) == now.get(name):
            continue
        says = told.get(now.get(name, ""), {})
        found.append(
            {
                "name": name,
                "kind": kind_of(name),
                "before": before.get(name),
                "after": now.get(name),
                "partner": says.get("partner"),
                "by": says.get("by"),
                "on": str(says["on"]) if says.get("on") else None,
            }
        )
    return found


def kind_of(name: str) -> str:
    """rule | model | override | mapping | sharing | site, of a name in `settings_of`."""
    if name.startswith(("rules/", "shipped rules/")):
        return "rule"
    if name.startswith(("model ", "override ")):
        return name.partition(" ")[0]
    if name.endswith(f"/{SHARING_FILE}"):
        return "sharing"
    return "mapping" if name.startswith("partners/") else "site"


def _digest(told: Any) -> str:
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()

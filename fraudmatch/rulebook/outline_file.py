"""The file of a new rule: whether it may be begun, and where it goes."""

from __future__ import annotations

import re
from pathlib import Path

from fraudmatch.errors import Problem, RuleFileError
from fraudmatch.rulebook.outline import RELATIONS, outline
from fraudmatch.rulebook.outline_group import outline_group
from fraudmatch.schemas import DATASETS
from fraudmatch.scoring import Library, load_library
from fraudmatch.scoring.language import nearest
from fraudmatch.shipped import shipped

_ID = re.compile(r"^[A-Z][A-Z0-9]{1,7}-[A-Z]{2,4}-[0-9]{3}$")


def write_outline(
    rule_id: str, folder: Path, left: str, right: str | None, relation: str, by: str | None = None
) -> Path:
    """Write the file of a new rule and return its path.

    Args:
        folder: a site, whose rules it joins, or a folder of rules; made when it is not there.
        relation: "none" or "group" without `right`; "" = not said, which is a fault.
        by: of a group, what its records share.

    Raises:
        RuleFileError: the id is taken or has another form, or data sets and relation do not fit; all
            faults at once.
    """
    home = folder / "rules" if (folder / "site.toml").is_file() else folder
    library = load_library([shipped("rules")])
    problems = _id_problems(rule_id, library) + _pair_problems(left, right, relation, by)
    path = home / f"{rule_id.lower()}.toml"
    if path.exists():
        problems.append(
            Problem(path.name, "", "this file is there already.", "Edit it, or choose another id.")
        )
    if problems:
        raise RuleFileError("The rule was not started.", remedy="Run it again, mended.", problems=problems)
    home.mkdir(parents=True, exist_ok=True)
    path.write_text(_text(rule_id, left, right, relation, by, library), encoding="utf-8", newline="\n")
    return path


def _text(rule_id: str, left: str, right: str | None, relation: str, by: str | None, library: Library) -> str:
    if by is None:
        return outline(rule_id, left, right, relation, library)
    return outline_group(rule_id, left, by, library)


def _id_problems(rule_id: str, library: Library) -> list[Problem]:
    if not _ID.match(rule_id):
        what = f"{rule_id} is not the form of an id."
        return [Problem("ID", "", what, "Write letters, an area and three digits, as FM-CT-012.")]
    if library.rule(rule_id) is None:
        return []
    area = rule_id[:-3]
    free = max(int(rule.id[-3:]) for rule in library.rules if rule.id.startswith(area)) + 1
    what = f"{rule_id} is taken: {library.rule(rule_id).file.title}."  # type: ignore[union-attr]
    return [Problem("ID", "", what, f"The next free one is {area}{free:03}.")]


def _pair_problems(left: str, right: str | None, relation: str, by: str | None) -> list[Problem]:
    found = []
    for option, name in (("--left", left), ("--right", right)):
        if name is not None and name not in DATASETS:
            found.append(Problem(option, "", f"there is no data set {name}.", nearest(name, list(DATASETS))))
    if relation == "group":
        if right is not None:
            found.append(Problem("--right", "", "a group is of one data set.", "Leave it out."))
        if by is None:
            what = "a group needs to know what its records share."
            found.append(Problem("--by", "", what, "Write for example --by property."))
        return found
    if by is not None:
        found.append(Problem("--by", "", "only groups share something.", "Add --relation group."))
    if (relation == "none") != (right is None) or not relation:
        what = "two data sets need a relation, and a rule about single records has neither --right nor one."
        found.append(Problem("--relation", "", what, f"Choose one of: {', '.join(RELATIONS)}."))
    if relation == "payment" and (left, right) != ("payment", "payment"):
        found.append(Problem("--relation", "", "payments are linked with payments only."))
    return found

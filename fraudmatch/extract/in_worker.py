"""Reading one file inside the worker process."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from fraudmatch.extract.encrypted import Keys
from fraudmatch.extract.handed_over import hand_over
from fraudmatch.extract.mapping import Mapping
from fraudmatch.extract.one_file import extract_file


def answer(ask: dict[str, Any]) -> dict[str, Any]:
    """Read the file asked for, and hand it over in the folder named.

    Args:
        ask: as `whole_site` makes it.
    """
    file = extract_file(
        Path(ask["path"]),
        Mapping.model_validate_json(ask["mapping"]),
        partner=ask["partner"],
        partner_ids=ask["partner_ids"],
        as_at=dt.date.fromisoformat(ask["as_at"]) if ask["as_at"] else None,
        others=[Mapping.model_validate_json(other) for other in ask["others"]],
        expanded_mb=ask["expanded_mb"],
        keys=Keys(tuple(ask["keys"][0]), tuple(ask["keys"][1])),
    )
    return hand_over(file, Path(ask["folder"]), ask["name"])

"""The ledger as a page: who did what, newest first; of a council its own entries, of the hub all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import flask
from flask import Blueprint, request

from fraudmatch.accounts import Right
from fraudmatch.ledger.actions import ACTIONS
from fraudmatch.ledger.chain import head_of
from fraudmatch.ledger.entry import Entry
from fraudmatch.ledger.looking import Wanted, some_entries
from fraudmatch.review.desk import desk_of
from fraudmatch.review.guard import account, needs
from fraudmatch.store.access import transaction

pages = Blueprint("ledger", __name__)

#: Entries on a page.
MOST = 50


@pages.get("/ledger")
@needs(Right.SEE_LEDGER)
def page() -> Any:
    """Entries that the address wants."""
    wanted = _wanted(request.args, account().partner)
    with transaction(desk_of().site.outcomes_store) as connection:
        found, head = some_entries(connection, wanted, MOST + 1), head_of(connection)
    older = found[MOST - 1].seq if len(found) > MOST else None
    return flask.render_template(
        "ledger.html", wanted=wanted, rows=[_row(entry) for entry in found[:MOST]], head=head, actions=ACTIONS,
        older=_address(wanted, older) if older else None, newest=_address(wanted, None),
    )  # fmt: skip


def _wanted(given: Mapping[str, str], partner: str | None) -> Wanted:
    """The filter in an address; what is no value of a field counts as not said."""
    action, below = given.get("action"), given.get("below", "")
    return Wanted(
        partner=partner,
        action=action if action in ACTIONS else None,
        actor=given.get("actor", "").strip()[:100] or None,
        object=given.get("object", "").strip()[:300] or None,
        below=int(below) if below.isascii() and below.isdigit() and len(below) < 16 else None,
    )


def _address(wanted: Wanted, below: int | None) -> str:
    told = asdict(wanted) | {"below": below, "partner": None}
    return urlencode({name: value for name, value in told.items() if value is not None})


def _row(entry: Entry) -> dict[str, Any]:
    detail = json.loads(entry.detail)
    said = "; ".join(f"{name.replace('_', ' ')}: {_in_words(value)}" for name, value in detail.items())
    return {"entry": entry, "what": ACTIONS.get(entry.action, entry.action), "detail": said}


def _in_words(value: Any) -> str:
    """A value of a detail for people: a digest by its beginning, the parts of a list after one another."""
    if isinstance(value, list | tuple):
        return ", ".join(map(_in_words, value)).replace("_", " ")
    return f"{value[:12]}…" if isinstance(value, str) and len(value) == 64 else str(value)

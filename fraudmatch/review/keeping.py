"""How every act of a form is kept and answered.

A form carries the version of the case it was made from and a number of its own. Whoever was slower is told so, and
finds what was typed still in the form; sent twice, it is kept once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import flask
from flask import request

from fraudmatch.caselog.log import Telling
from fraudmatch.errors import ConflictError, DecisionError
from fraudmatch.review.case import case_page
from fraudmatch.review.desk import desk_of
from fraudmatch.review.guard import account, tell
from fraudmatch.review.typed import Wrong, as_typed
from fraudmatch.review.worklist import Filter

_KEY = re.compile(r"[0-9a-f]{32}")


def kept(
    case_key: str,
    kind: str,
    detail: Mapping[str, Any],
    note: str | None,
    said: str,
    tells: Sequence[Telling] = (),
) -> Any:
    """Keep an act, and answer with the page of the case, or with what stands in the way.

    Args:
        kind, detail, note, tells: as in `CaseLog.add`. said: what the page then tells the person.
    """
    try:
        desk_of().do(account(), case_key, kind, detail, note, key=form_key(), version=_version(), tells=tells)
    except LookupError:
        flask.abort(404)
    except ConflictError:
        return conflict(case_key, "Somebody else was faster.")
    except DecisionError as error:
        return again(case_key, {one.where: one.what for one in error.problems} or {"form": str(error)})
    tell("Saved", said)
    query = Filter.read(request.args).address()
    return flask.redirect(flask.url_for("case.page", case_key=case_key) + (f"?{query}" if query else ""), 303)


def again(case_key: str, wrong: Wrong) -> Any:
    """The page with what was typed and what is to be mended."""
    return case_page(case_key, as_typed(request.form), wrong), 400


def conflict(case_key: str, what: str) -> Any:
    """The case as it is now, with what the person typed still there."""
    desk_of().refresh()
    words = f"{what} Nothing of yours was saved, and what you typed is still below. Look at what changed, then send it again."
    return case_page(case_key, as_typed(request.form), {"form": words}), 409


def may_work(case_key: str) -> None:
    """See what came since, and refuse whom the case is not for: other partners, and who declared an interest in it."""
    desk = desk_of()
    desk.refresh()
    if case_key not in desk.worklist(account()).place:
        flask.abort(404)
    if account().username in desk.board.state(case_key).interested:
        desk.refused(account(), f"case {case_key}")
        flask.abort(403)


def form_key() -> str:
    """A key that names this act of telling, made of the number of the form and of who sends it: nobody's is another's."""
    key = request.form.get("act", "")
    if not _KEY.fullmatch(key):
        flask.abort(400)
    return hashlib.sha256(f"{account().username}:{key}".encode()).hexdigest()[:32]


def _version() -> int:
    """The version of the case that the form was made from."""
    version = request.form.get("version", "")
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        flask.abort(400)
    return int(version)

"""The application: pages, guard, templates and errors, joined around one desk."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import flask
import jinja2
from flask import Flask
from werkzeug.exceptions import HTTPException

from fraudmatch.accounts import Right
from fraudmatch.caselog.state import STATES
from fraudmatch.errors import FraudmatchError
from fraudmatch.report.clean import clean_text, lines
from fraudmatch.report.words import NOT_A_FINDING, counted, long_date, pounds
from fraudmatch.review import (
    acts,
    case,
    case_list,
    closing,
    decided,
    deciding,
    finding,
    guard,
    ledger,
    logs,
    people,
    questions,
    signing_in,
)
from fraudmatch.review.desk import Desk

#: What may be sent in one form, bytes: a note of 2,000 signs and the fields beside it, many times over.
MOST_SENT = 256 * 1024

#: Status -> (what happened, what to do next).
_SAID = {
    400: ("The form could not be read", "Go back, look at what you wrote, and send it again."),
    401: ("You are signed out", "Sign in again; nothing was changed."),
    403: ("That was refused", "It did not come from a page of this desk, or the page was too old. Go back, load it again, and send it again."),
    404: ("There is no such page", "It may be of another partner, or of another night. Go to your cases and look there."),
    405: ("There is no such page", "Go to your cases and look there."),
    413: ("That is too much", "Send less at once; nothing was changed."),
    421: ("Wrong address", "Open the desk by the address it printed when it was started."),
    429: ("Too many tries", "Wait a while, then try again."),
    500: ("Something went wrong", "Look whether what you sent was kept before you send it again, and tell whoever keeps the desk the number below."),
    503: ("The desk cannot save or read now", "Try again in a minute, and look whether what you sent was kept before you send it again. If it stays so, tell whoever keeps the desk."),
}  # fmt: skip


class _Desk(Flask):
    """Flask with templates that escape everything and mark control characters, as the reports do."""

    jinja_options = {  # noqa: RUF012 (as Flask has it)
        "autoescape": True,
        "finalize": lambda value: clean_text(value) if type(value) is str else value,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }


def make_app(desk: Desk) -> Flask:
    """The application of a desk."""
    app = _Desk(__name__, static_folder="static", template_folder="templates")
    app.config.update(
        DESK=desk, SETTINGS=desk.settings, MAX_CONTENT_LENGTH=MOST_SENT, MAX_FORM_MEMORY_SIZE=MOST_SENT,
        SEND_FILE_MAX_AGE_DEFAULT=None,
    )  # fmt: skip
    govuk = jinja2.PrefixLoader({"govuk_frontend_jinja": jinja2.PackageLoader("govuk_frontend_jinja")})
    own = app.jinja_loader
    assert own is not None
    app.jinja_env.loader = jinja2.ChoiceLoader([own, govuk])
    app.jinja_env.filters.update(
        day=long_date, pounds=pounds, counted=counted, lines=lines, count=lambda number: f"{number:,}",
        hundredths=lambda number: f"{number / 100:.1f} %",
    )  # fmt: skip
    app.jinja_env.globals.update(
        not_a_finding=NOT_A_FINDING, site_name=desk.site.name, states=STATES, Right=Right,
        partner_names={partner.id: partner.name for partner in desk.site.partners},
        has_govuk=(Path(__file__).parent / "static" / "govuk" / "govuk-frontend.min.css").is_file(),
    )  # fmt: skip
    app.logger.addFilter(logs.RETICENT)
    guard.install(app)
    for page in (
        signing_in,
        case_list,
        case,
        deciding,
        acts,
        questions,
        closing,
        finding,
        decided,
        ledger,
        people,
    ):
        app.register_blueprint(page.pages)
    if desk.providers is not None:
        from fraudmatch.review import council_account  # with parts that only who uses them installs

        app.register_blueprint(council_account.pages)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(FraudmatchError, _own_error)
    app.register_error_handler(Exception, _any_error)
    app.context_processor(_common)
    return app


def _common() -> dict[str, Any]:
    """What every page may show; nobody's name where nobody is signed in."""
    session = flask.g.get("session")
    told, csrf = [], ""
    if session is not None:
        told, csrf = list(session.told), session.csrf
        session.told.clear()
    return {"me": flask.g.get("account"), "csrf": csrf, "told": told}


def _page(status: int, number: str = "") -> tuple[str, int]:
    title, what = _SAID.get(status, _SAID[500])
    return flask.render_template("error.html", title=title, what=what, number=number), status


def _http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    if status >= 500:
        return _logged(getattr(error, "original_exception", None) or error, 500)
    return _page(status if status in _SAID else 400)


def _own_error(error: FraudmatchError) -> Any:
    return _logged(error, 503)


def _any_error(error: Exception) -> Any:
    return _logged(error, 500)


def _logged(error: Exception, status: int) -> Any:
    """A page without a word of the error; its kind and place, never its values, go to the log under the same number."""
    number = secrets.token_hex(4)
    flask.current_app.logger.error("error %s: %s", number, logs.told(error))
    try:
        return _page(status, number)
    except Exception as other:  # the page itself: what is left is words alone
        flask.current_app.logger.error("error %s: its page: %s", number, logs.told(other))
        return (
            f"<!doctype html><title>Error</title><p>{_SAID[status][0]}. Number: <code>{number}</code>",
            status,
        )

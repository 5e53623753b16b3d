"""What a fault shows and tells (T46), and what nobody's form would send: an answer below 500, and nothing kept."""

from __future__ import annotations

import functools
import logging
import re
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest
from desk_people import FROM_HERE
from flask import Flask
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from visitors import FIELDS, ROUTES, Visitor, asked, keys_of, path_of, routes, sender, trace
from werkzeug.routing import Rule

from fraudmatch.errors import ConflictError, DecisionError, RunError, StoreError
from fraudmatch.review.app import MOST_SENT, make_app
from fraudmatch.review.desk import Desk

#: A value of a record, as it could stand in the words of an error.
SECRET = "Zq Wilhelmina Fothergill, 4 Fen Way"
NUMBER = re.compile(r"<code>([0-9a-f]{8})</code>")


@pytest.fixture(scope="module")
def app(desk: Desk) -> Flask:
    return make_app(desk)


def path_for(desk: Desk, rule: Rule, place: int = 0) -> str:
    if "number" in rule.arguments:
        return path_of(rule, asked(desk, "cheltenham"))
    return path_of(rule, keys_of(desk, "cheltenham")[place] if "case_key" in rule.arguments else None)


def broken(app: Flask, endpoint: str, error: BaseException) -> None:
    """Let the page of an endpoint raise, deep below, with a value of a record at hand and in its words."""
    view = app.view_functions[endpoint]

    def deeper(name: str) -> None:
        raise error

    @functools.wraps(view)
    def raises(**given: Any) -> None:
        deeper(SECRET)

    app.view_functions[endpoint] = raises


def said_nothing(answer: Any, logged: str) -> None:
    """Nothing of the error is on the page, and nothing of its words in the log."""
    for word in (SECRET, "Traceback", "ValueError", "deeper", ".py", "Fothergill"):
        assert word not in answer.text, word
    for word in (SECRET, "Fothergill", "Traceback"):
        assert word not in logged, word


@pytest.mark.parametrize(("endpoint", "method"), sorted(set(ROUTES) - {("static", "GET")}))
def test_a_fault_of_a_page_tells_a_number_and_no_value(
    desk: Desk, caplog: pytest.LogCaptureFixture, endpoint: str, method: str
) -> None:
    app = make_app(desk)
    (rule,) = (rule for rule, of in routes(app) if (rule.endpoint, of) == (endpoint, method))
    broken(app, endpoint, ValueError(SECRET))
    visitor = Visitor(app, desk, sender(endpoint))
    path = path_for(desk, rule)
    before = trace(desk)
    with caplog.at_level(logging.DEBUG):
        answer = visitor.send(path, {}) if method == "POST" else visitor.get(path)
    assert answer.status_code == 500 and trace(desk).since(before) == {}
    number = NUMBER.search(answer.text)
    assert number is not None
    (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert line.startswith(f"error {number[1]}: ValueError in ") and "test_desk_errors.deeper:" in line
    assert "\n" not in line and all(record.exc_info is None for record in caplog.records)
    said_nothing(answer, caplog.text)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StoreError(SECRET), 503, StoreError.code), (RunError(SECRET), 503, RunError.code),
        (ConflictError(SECRET), 503, ConflictError.code), (DecisionError(SECRET), 503, DecisionError.code),
        (KeyError(SECRET), 500, ""), (RecursionError(SECRET), 500, ""), (MemoryError(SECRET), 500, ""),
        (UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET), 500, ""), (OSError(28, SECRET, SECRET), 500, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)  # fmt: skip
def test_every_kind_of_error_is_told_alike(
    desk: Desk, caplog: pytest.LogCaptureFixture, error: Exception, status: int, code: str
) -> None:
    app = make_app(desk)
    broken(app, "case.page", error)
    with caplog.at_level(logging.DEBUG):
        answer = Visitor(app, desk, "sue").get(f"/case/{keys_of(desk, 'cheltenham')[0]}")
    assert answer.status_code == status and NUMBER.search(answer.text)
    assert f"{type(error).__name__}{' ' + code if code else ''} in" in caplog.text
    said_nothing(answer, caplog.text)


@pytest.mark.parametrize(
    "place",
    [
        "accounts.known",
        "sessions.find",
        "board.catch_up",
        "night.pack",
        "board.standing",
        "refresh",
        "turnstile.enter",
    ],
)
def test_a_fault_below_the_pages_is_told_alike(
    app: Flask, desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def raises(*given: Any, **named: Any) -> None:
        raise StoreError(SECRET)

    visitor, key = Visitor(app, desk, "sue"), keys_of(desk, "cheltenham")[0]
    monkeypatch.setattr(functools.reduce(getattr, place.split(".")[:-1], desk), place.split(".")[-1], raises)
    with caplog.at_level(logging.DEBUG):
        answer = visitor.get(f"/case/{key}")
    assert answer.status_code == 503
    said_nothing(answer, caplog.text)


def test_a_ledger_that_takes_no_entry_shows_nothing(
    app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be entered is not shown, not exported and not kept."""

    def full(*given: Any, **named: Any) -> None:
        raise StoreError("no space")

    visitor, key = Visitor(app, desk, "sue"), keys_of(desk, "cheltenham")[0]
    name = desk.night.input.records["name_as_written"][0].as_py()
    for module in ("desk", "case_list", "files", "signing_in"):
        monkeypatch.setattr(f"fraudmatch.review.{module}.enter", full)
    for path in (
        f"/case/{key}",
        "/cases.csv",
        "/cases.json",
        "/decided.csv",
        "/questions.xlsx",
        f"/questions/{asked(desk, 'cheltenham')}",
    ):
        answer = visitor.get(path)
        assert answer.status_code == 503 and name not in answer.text
    stranger = Visitor(app, desk, None)
    answer = stranger.browser.post("/sign-in", data={"username": "ada", "password": "x"}, headers=FROM_HERE)
    assert answer.status_code == 503 and "Set-Cookie" not in answer.headers


def test_a_page_of_errors_that_is_itself_at_fault_tells_no_more(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(desk)
    broken(app, "case_list.page", ValueError(SECRET))

    def raises() -> dict[str, Any]:
        raise ValueError(SECRET)

    app.template_context_processors[None].append(raises)
    with caplog.at_level(logging.DEBUG):
        answer = Visitor(app, desk, "sue").get("/")
    assert answer.status_code == 500 and "Something went wrong" in answer.text
    said_nothing(answer, caplog.text)


def test_a_fault_of_the_guard_s_last_step_tells_no_more(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(desk)

    def raises(answer: Any) -> None:
        raise ValueError(SECRET)

    app.after_request(raises)
    with caplog.at_level(logging.DEBUG):
        answer = Visitor(app, desk, "sue").get("/")
    assert answer.status_code == 500
    said_nothing(answer, caplog.text)


# ---------------------------------------------------------------------------------------
# What no page would send
# ---------------------------------------------------------------------------------------


def raw(visitor: Visitor, path: str, body: bytes, kind: str, **more: str) -> Any:
    return visitor.browser.post(path, data=body, content_type=kind, headers={**FROM_HERE, **more})


def test_a_form_that_is_too_much_is_not_read(app: Flask, desk: Desk) -> None:
    visitor, key = Visitor(app, desk, "sue"), keys_of(desk, "cheltenham")[0]
    before = trace(desk)
    for path in (f"/case/{key}/note", "/sign-in", "/sign-out"):
        assert visitor.send(path, {"words": "x" * MOST_SENT}).status_code == 413
    many = (
        b"".join(b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" for _ in range(1_100))
        + b"--x--\r\n"
    )
    assert raw(visitor, f"/case/{key}/note", many, "multipart/form-data; boundary=x").status_code == 413
    assert trace(desk).since(before) == {}


BODIES = [
    (b"", "multipart/form-data"), (b"--x", "multipart/form-data; boundary=x"), (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    (b"--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n", "multipart/form-data; boundary=x"),
    (b"--x\r\nContent-Disposition: form-data; name=\"words\"; filename=\"a\"\r\n\r\nz\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    (b"--x\r\nContent-Disposition: form-data; name=\xff\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n\xff\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    (b"--x\r\nContent-Disposition: form-data; name=csrf\r\nContent-Type: text/plain; charset=idna\r\n\r\n.\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    (b"x" * 1_000, "multipart/form-data; boundary=" + "y" * 300), (b"--\r\n", "multipart/form-data; boundary="),
    (b"csrf=%ff%fe&words=%ed%a0%80", "application/x-www-form-urlencoded"), (b"csrf=%", "application/x-www-form-urlencoded"),
    (b"\xff\xfe\x00", "application/x-www-form-urlencoded; charset=utf-16"), (b"&=&=;;;&&", "application/x-www-form-urlencoded"),
    (b"%00=%00&csrf=%00", "application/x-www-form-urlencoded"), (b"a=1&" * 60_000, "application/x-www-form-urlencoded"),
    (b'{"csrf": 1}', "application/json"), (b"<a/>", "text/xml"), (b"\x00", "\x7f/\u00e9"), (b"csrf=x", "text/plain"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind"), BODIES, ids=range(len(BODIES)))
def test_a_body_that_is_no_form_is_refused(app: Flask, desk: Desk, body: bytes, kind: str) -> None:
    for rule, method in routes(app):
        if method == "POST":
            path = path_for(desk, rule)
            visitor, before = Visitor(app, desk, sender(rule.endpoint)), trace(desk)
            answer = raw(visitor, path, body, kind)
            assert 400 <= answer.status_code < 500, (path, answer.status_code)
            assert set(trace(desk).since(before)) <= {"session.refused"}, path
            desk.throttle.right("")


#: Names of fields that forms have, and values near those that count.
NAMES = sorted({"csrf", "act", "version", "flag", "about", "username", "password", "after", "interest", "give_back", "minutes",
                "reason", "actual", "estimate", "notional", "prevented", "note", *(name for of in FIELDS.values() for name in of)})  # fmt: skip
ODD = st.sampled_from(
    ["", "0", "-1", "1e9", "NaN", "Infinity", "9" * 5_000, "\u0663", "\x00", "\ud7ff", "\U0010ffff", "2026-02-30", "10000-01-01",
     "0001-01-01", "yes", "ada", "cleared", "error", "moved", "\r\n", "=1+1", "<script>", "x" * 2_001, "1,,,5", "\u00a31", " ", "\u202e",
     "1_000", "+5", "0x10", "1e-400", "1e400", ".", "\u2003", "\x1b[31m", "None", "2026-W01-1", "20260101", "-0", "\ufffe"]
)  # fmt: skip
VALUES = st.one_of(ODD, st.text(max_size=30), st.text(alphabet="0123456789.,-eE+ \u00a3", max_size=12))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    which=st.integers(0, 10_000),
    fields=st.dictionaries(st.sampled_from(NAMES), st.lists(VALUES, max_size=3), max_size=8),
    sound=st.booleans(),
)
def test_whatever_fields_say_the_answer_is_below_500_and_only_303_keeps(
    app: Flask, desk: Desk, which: int, fields: dict[str, list[str]], sound: bool
) -> None:
    """Every form gets every example: fields of any form, over what its page would have sent, or alone."""
    for rule, method in routes(app):
        if method != "POST":
            continue
        visitor = Visitor(app, desk, sender(rule.endpoint))
        keys = keys_of(desk, "cheltenham")
        key = keys[which % len(keys)]
        path = path_of(
            rule,
            asked(desk, "cheltenham")
            if "number" in rule.arguments
            else "own"
            if "username" in rule.arguments
            else key,
        )
        form: dict[str, Any] = visitor.form(rule.endpoint, key) if sound and rule.endpoint in FIELDS else {}
        form = form | {name: value for name, value in fields.items() if name != "csrf" or not sound}
        before = trace(desk)
        answer = visitor.send(path, form)
        made = trace(desk).since(before)
        assert answer.status_code < 500, (path, form)
        if answer.status_code != 303:
            assert set(made) <= {"record.viewed", "session.refused", "act.refused"}, (path, form, made)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=120), multipart=st.booleans())
def test_whatever_bytes_a_form_has_the_answer_is_below_500(
    app: Flask, desk: Desk, body: bytes, multipart: bool
) -> None:
    visitor, key = Visitor(app, desk, "sue"), keys_of(desk, "cheltenham")[1]
    if multipart:
        kind, head = (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n',
        )
        body = head + visitor.csrf.encode() + b"\r\n--x\r\n" + body + b"\r\n--x--\r\n"
    else:
        kind, body = "application/x-www-form-urlencoded", b"csrf=" + visitor.csrf.encode() + b"&" + body
    before = trace(desk)
    answer = raw(visitor, f"/case/{key}/note", body, kind)
    assert answer.status_code in (400, 403, 413)
    assert set(trace(desk).since(before)) <= {"record.viewed"}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.one_of(st.binary(max_size=40).map(quote_from_bytes), st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace")).map(quote_from_bytes)),
    query=st.dictionaries(st.sampled_from(["whose", "state", "rule", "least", "due", "order", "page", "after", "x"]), VALUES, max_size=6),
    at=st.sampled_from(["/", "/case/", "/questions/", "/static/", "/cases.", "/sign-in"]),
)  # fmt: skip
def test_whatever_an_address_says_the_answer_is_below_500(
    app: Flask, desk: Desk, path: str, query: dict[str, str], at: str
) -> None:
    visitor = Visitor(app, desk, "sue")
    assume("?" not in path and "#" not in path)
    address = f"{at}{path}"
    for asked_ in (address, at.rstrip("/.") or "/"):
        answer = visitor.get(f"{asked_}?{urlencode(query)}")
        assert answer.status_code in (200, 303, 308, 400, 404), asked_

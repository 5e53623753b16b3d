"""Forms that another site sends (T39), requests that only look, and what every answer carries (T43, T44)."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from desk_people import FROM_HERE, WORDS
from flask import Flask
from visitors import (
    ANYBODY,
    FIELDS,
    ROUTES,
    Visitor,
    asked,
    keys_of,
    path_of,
    proposed,
    query_of,
    routes,
    sender,
    shared_keys_of,
    trace,
)  # fmt: skip
from werkzeug.routing import Rule

from fraudmatch.caselog.state import STATES
from fraudmatch.review.app import MOST_SENT, make_app
from fraudmatch.review.desk import Desk
from fraudmatch.review.guard import HEADERS
from fraudmatch.review.worklist import ORDERS, WHOSE


@pytest.fixture(scope="module")
def app(desk: Desk) -> Flask:
    return make_app(desk)


def target(desk: Desk, rule: Rule) -> tuple[str, dict[str, object]]:
    """The address of a form that its sender may send, and fields with which it would be kept."""
    visitor = Visitor(make_app(desk), desk, sender(rule.endpoint))
    if rule.endpoint == "signing_in.begin":
        return "/sign-in", {"username": "sue", "password": WORDS}
    if rule.endpoint == "signing_in.end":
        return "/sign-out", {}
    if "number" in rule.arguments:
        return path_of(rule, asked(desk, "cheltenham")), visitor.form(rule.endpoint)
    if "username" in rule.arguments:
        return path_of(rule, "own"), visitor.form(rule.endpoint)
    if rule.endpoint.startswith("closing."):
        return path_of(rule) + query_of(desk, rule.endpoint), visitor.form(rule.endpoint)
    key = shared_keys_of(desk, "cheltenham")[list(FIELDS).index(rule.endpoint)]
    if rule.endpoint in ("deciding.approve", "deciding.give_back"):
        proposed(desk, key, "cheltenham", by="ada")
    if rule.endpoint == "deciding.undo":
        proposed(desk, key, "cheltenham", by="sue")
    return path_of(rule, key), visitor.form(rule.endpoint, key)


#: What a browser, or something that is none, may say of where a form comes from; none of it is a page of the desk.
ELSEWHERE = [
    {}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": ""}, {"Sec-Fetch-Site": "SAME-ORIGIN"}, {"Sec-Fetch-Site": "same-origin, cross-site"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-origin", "Origin": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "none", "Origin": "null"}, {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:1"},
    {"Origin": "http://evil.example"}, {"Origin": "https://localhost"}, {"Origin": "http://localhost:1"}, {"Origin": "localhost"},
    {"Origin": "http://localhost.evil.example"}, {"Origin": "http://localhost/"}, {"Origin": "HTTP://LOCALHOST"},
    {"Origin": "http://localhost, http://evil.example"}, {"Referer": "http://localhost/"}, {"X-Requested-With": "XMLHttpRequest"},
]  # fmt: skip


def posts(app: Flask) -> list[Rule]:
    return [rule for rule, method in routes(app) if method == "POST"]


def test_no_form_from_elsewhere_has_an_effect(app: Flask, desk: Desk) -> None:
    for rule in posts(app):
        path, form = target(desk, rule)
        visitor, before = Visitor(app, desk, sender(rule.endpoint)), trace(desk)
        for headers in ELSEWHERE:
            answer = visitor.send(path, form, headers)
            assert answer.status_code == 403 and "Set-Cookie" not in answer.headers, (path, headers)
        assert trace(desk).since(before) == {} and visitor.get("/").status_code == 200, path


def test_no_form_without_the_token_of_its_session_has_an_effect(app: Flask, desk: Desk) -> None:
    others = [Visitor(app, desk, name).csrf for name in ("sue", "pat", "ben", "max")]
    for rule in posts(app):
        if rule.endpoint == "signing_in.begin":
            continue  # nobody is signed in: where it comes from is all that is asked
        path, form = target(desk, rule)
        visitor, before = Visitor(app, desk, sender(rule.endpoint)), trace(desk)
        own = visitor.csrf
        wrong = [
            "",
            "x",
            own[:-1],
            own + "x",
            own.swapcase(),
            f" {own}",
            f"{own}\n",
            own + "\x00",
            "\u2603",
            *others,
            ["x", own],
        ]
        for token in wrong:
            assert visitor.send(path, {**form, "csrf": token}).status_code == 403, (path, token)
        bare = path.partition("?")[0]
        for where in ({"query_string": {"csrf": own}}, {"headers": {**FROM_HERE, "X-CSRF-Token": own}}):
            answer = visitor.browser.post(bare, **{"data": form, "headers": FROM_HERE, **where})
            assert answer.status_code == 403, (path, where)
        told = visitor.browser.post(path, json={**form, "csrf": own}, headers=FROM_HERE)
        assert told.status_code == 403
        assert trace(desk).since(before) == {} and visitor.csrf == own, path


def test_what_a_page_of_the_desk_sends_has_its_effect(app: Flask, desk: Desk) -> None:
    """Or else the two tests above would hold of a desk that refuses everything."""
    for rule in posts(app):
        for headers in (
            FROM_HERE,
            {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
            {"Origin": "http://localhost"},
        ):
            visitor = Visitor(app, desk, sender(rule.endpoint))
            path, form = target(desk, rule)
            if (
                rule.endpoint.startswith(("deciding.", "closing.", "people.password"))
                and headers != FROM_HERE
            ):
                continue  # once decided it is decided, and an old password is wrong
            before = trace(desk)
            assert visitor.send(path, form, headers).status_code == 303, (path, headers)
            assert trace(desk).since(before), path


def test_looking_changes_nothing(app: Flask, desk: Desk) -> None:
    """No GET and no HEAD, on whatever route and with the fields of a form in its address, keeps anything but that it was."""
    for rule in {rule.rule: rule for rule, _ in routes(app)}.values():
        method_of_form = (rule.endpoint, "POST") in ROUTES and rule.endpoint != "signing_in.begin"
        path, form = target(desk, rule) if method_of_form else (path_of(rule, _some(desk, rule)), {})
        visitor = Visitor(app, desk, sender(rule.endpoint))
        csrf, before = visitor.csrf, trace(desk)
        for method in ("GET", "HEAD"):
            visitor.browser.open(
                path.partition("?")[0], method=method, query_string={**form, "csrf": csrf}, buffered=True
            )
        assert set(trace(desk).since(before)) <= {"record.viewed", "report.exported"}, path
        assert visitor.get("/").status_code == 200 and visitor.csrf == csrf


def _some(desk: Desk, rule: Rule) -> str | None:
    if "number" in rule.arguments:
        return asked(desk, "cheltenham")
    return keys_of(desk, "cheltenham")[0] if "case_key" in rule.arguments else None


# ---------------------------------------------------------------------------------------
# What answers carry
# ---------------------------------------------------------------------------------------


def test_every_answer_is_sealed_whatever_it_is(app: Flask, desk: Desk) -> None:
    """Pages, files, ways on, refusals, errors: each has every header, and none may be kept but what is the same for all."""
    seen: Counter[int] = Counter()
    for username in ("sue", "sys", None):
        visitor = Visitor(app, desk, username)
        for rule, method in [*routes(app), (Rule("/nowhere"), "GET")]:
            path = path_of(rule, _some(desk, rule)) if method == "GET" else target(desk, rule)[0]
            answers = [
                visitor.browser.open(path, method=one, buffered=True) for one in (method, "HEAD", "PUT")
            ]
            if method == "POST" and rule.endpoint != "signing_in.end":
                answers += [visitor.send(path, {}), visitor.send(path, {"x": "x" * (MOST_SENT + 1)})]
            for answer in answers:
                seen[answer.status_code] += 1
                kept = "no-cache" if rule.endpoint == "static" and answer.status_code == 200 else "no-store"
                for name, value in {**HEADERS, "Cache-Control": kept}.items():
                    alike = (value,) if rule.endpoint != "static" else (value, "no-cache")
                    assert (
                        answer.headers.get_all(name) == [answer.headers[name]]
                        and answer.headers[name] in alike
                    ), (path, name)
                assert "Access-Control-Allow-Origin" not in answer.headers
    assert {200, 303, 400, 401, 403, 404, 405, 413} <= set(seen)


def test_policy_lets_nothing_in_from_elsewhere_and_nothing_inline() -> None:
    policy = dict(one.strip().split(" ", 1) for one in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert set(policy.values()) == {"'none'", "'self'"}
    assert HEADERS["X-Content-Type-Options"] == "nosniff" and HEADERS["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_files_are_saved_and_not_shown(app: Flask, desk: Desk, kind: str) -> None:
    answer = Visitor(app, desk, "sue").get(f"/cases.{kind}")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=cases.{kind}"
    assert answer.headers["Cache-Control"] == "no-store" and "html" not in answer.content_type


# ---------------------------------------------------------------------------------------
# Addresses
# ---------------------------------------------------------------------------------------


class Links(HTMLParser):
    """Every address on a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action", "formaction", "data", "srcset", "poster") and value:
                self.found.add(value)
            if name.startswith("on") or name == "style":
                self.inline.append(f"{tag} {name}")
        if tag in ("style", "iframe", "object", "embed", "base") or (
            tag == "script" and "src" not in dict(attrs)
        ):
            self.inline.append(tag)


PATHS = re.compile(
    r"/|/case/[0-9a-f]{16}(/[a-z]+)?|/questions(/\d+(/answer)?)?|/(cases|decided|questions)\.(csv|xlsx|json)|/static/[\w./-]+|/sign-(in|out)|/close(/undo)?|/sample|/find"
    r"|/decided(/reopen)?|/ledger|/password|/accounts(/[a-z0-9._@-]+(/change)?)?"
)


def test_addresses_hold_nothing_of_anybody(app: Flask, desk: Desk) -> None:
    """Every address that pages print, of all lists and many cases, has keys, numbers and words of the filter, and no value of a record."""
    records = desk.night.input.records
    columns = [
        name
        for name in records.column_names
        if name not in ("record_id", "partner", "dataset", "party_kind", "delivery")
    ]
    values = {
        str(value).lower()
        for name in columns
        for value in records[name].unique().to_pylist()
        if value is not None and len(str(value)) > 3
    }
    words = {*WHOSE, *STATES, *ORDERS, "open", "overdue", "week", "set", "", *desk.night.rules}
    laws = {address for rule in desk.night.rules.values() for _, address in rule.legal_basis}
    for username, most in (("sue", 60), ("cos", 60), ("own", 5), ("aud", 1), ("pat", 1)):
        visitor, todo, seen, cases = Visitor(app, desk, username), ["/"], set(), 0
        while todo:
            path = todo.pop()
            if path in seen or path.startswith("/static/"):
                continue
            seen.add(path)
            if path.startswith("/case/") and (cases := cases + 1) > most:
                continue
            answer = visitor.get(path)
            if answer.status_code == 405 or "html" not in answer.content_type:
                continue
            page = Links(answer.text)
            assert page.inline == [], path
            for address in page.found:
                if address in laws:
                    continue
                parts = urlsplit(urljoin(path, address))
                assert not parts.scheme and not parts.netloc, address
                assert PATHS.fullmatch(parts.path), address
                for name, value in parse_qsl(parts.query, keep_blank_values=True):
                    assert value in words or value.isdigit(), (name, address)
                    assert value.lower() not in values, address
                if parts.path != "/sign-out":
                    todo.append(parts.path + (f"?{parts.query}" if parts.query else ""))
        assert len(seen) > (1 if username in ("aud", "pat") else 4)


def test_every_route_of_the_table_that_shows_is_crawled_or_said_to_be_open() -> None:
    assert {endpoint for (endpoint, _), who in ROUTES.items() if who == ANYBODY} == {
        "static", "signing_in.page", "signing_in.begin",
    }  # fmt: skip

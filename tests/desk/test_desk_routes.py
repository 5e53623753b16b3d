"""Every route, asked for by every account, about every kind of id: who is answered stands in one table (T38, T42)."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from urllib.parse import unquote

import pytest
from desk_people import PEOPLE
from flask import Flask
from visitors import (
    ANYBODY,
    FIELDS,
    GOOD,
    LEAVES,
    ROUTES,
    Visitor,
    asked,
    keys_of,
    path_of,
    proposed,
    query_of,
    routes,
    shared_keys_of,
    trace,
)
from werkzeug.routing import Rule

from fraudmatch.accounts import Account
from fraudmatch.caselog import Act
from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk

#: What no key of a case looks like, as it stands in an address.
MALFORMED = (
    "%00",
    "..%2f..%2fsite.toml",
    "%2e%2e",
    "0" * 15,
    "9" * 5_000,
    "%ff%fe",
    "%C3%A9",
    "x';--",
    "0x1",
    "%0a",
)
ANOTHER_NIGHT = "ab" * 8


@pytest.fixture(scope="module")
def app(desk: Desk) -> Flask:
    return make_app(desk)


@pytest.fixture(scope="module")
def another_night(desk: Desk) -> None:
    """A case that was worked in an earlier night and is in none since."""
    act = Act(ANOTHER_NIGHT, ("cd" * 16,), "cheltenham", "ada", "note", {}, "Long ago")
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    desk.log.add(act, key="another-night", version=0, recorded_at=now)


def ids(desk: Desk, rule: Rule, account: Account, own: int) -> dict[str | None, str]:
    """What a page can be asked for -> kind of id. One's own comes last: of cases that at place `own` of the list.

    To a nominated officer ordinary cases of the council are as strange as those of another.
    """
    partner = account.partner
    other = "cotswold" if partner == "cheltenham" else "cheltenham"
    if "number" in rule.arguments:
        mine = asked(desk, partner) if partner else "0"
        theirs = {asked(desk, other): "of another partner", "999999": "unknown", "0": "unknown"}
        return theirs | dict.fromkeys((*MALFORMED, "-1", "1.0", "1e0"), "malformed") | {mine: "own"}
    if "username" in rule.arguments:
        mine = account_of(desk, partner)
        theirs = account_of(desk, other) if partner else "ada"  # whose work no one of the hub may see
        return {
            theirs: "of another partner",
            "nobody.here": "unknown",
            **dict.fromkeys(MALFORMED, "malformed"),
            mine: "own",
        }
    if "case_key" not in rule.arguments:
        about_a_flag = rule.endpoint == "decided.reopen"
        return {None: "ordinary" if about_a_flag and account.nominated else "own"}
    theirs, mine = keys_of(desk, other)[3], shared_keys_of(desk, partner)[own] if partner else "0" * 16
    odd = {theirs.upper(), mine.upper(), f"{mine}%20", f"{mine}%0a"} - {mine, theirs}
    party = next(
        key for key in shared_keys_of(desk, other, partner) if key != theirs
    )  # with a record of one's own in it
    return {
        theirs: "of another partner", party: "of another partner", ANOTHER_NIGHT: "of another night", "f" * 16: "unknown",
        desk.night.flags_of[theirs][0]: "key of a flag", **dict.fromkeys((*MALFORMED, *sorted(odd)), "malformed"),
        mine: "own" if account.nominated is None else "ordinary",
    }  # fmt: skip


def account_of(desk: Desk, partner: str | None) -> str:
    """An account that an administrator of a partner keeps, or of the hub; its username."""
    made = Account(f"kept.{partner or 'hub'}", "Kept", partner, ("dataset_owner" if partner else "auditor",))
    if desk.accounts.find(made.username) is None:
        desk.accounts.add(made, None, by="root", recorded_at=desk.now())
    return made.username


def may(account: Account, endpoint: str, method: str) -> bool:
    """Whether the table answers an account."""
    wanted = ROUTES[endpoint, method]
    if isinstance(wanted, str):
        return True
    return account.active and (not wanted or any(account.may(right) for right in wanted))


def entered(app: Flask, rule: Rule, method: str, value: str | None) -> dict[str, int]:
    """What a refusal for lack of a right leaves: an entry, where the address is that of a page at all."""
    there = app.url_map.bind("localhost").test(unquote(path_of(rule, value), errors="replace"), method)
    return {"act.refused": 1} if there else {}


def test_every_route_is_in_the_table_and_every_form_has_its_fields(app: Flask) -> None:
    there = {(rule.endpoint, method) for rule, method in routes(app)}
    assert there == set(ROUTES)
    posts = {endpoint for endpoint, method in there if method == "POST"}
    assert posts - {"signing_in.begin", "signing_in.end"} == set(FIELDS)
    parts = {part for rule, _ in routes(app) for part in rule.arguments}
    assert parts == {"case_key", "number", *GOOD}
    rights = [right for wanted in ROUTES.values() if wanted != ANYBODY for right in wanted]
    assert rights and {account.roles for account in PEOPLE} > {("auditor",), ("analyst",)}


@pytest.mark.parametrize("account", PEOPLE, ids=lambda account: account.username)
def test_pages_are_shown_by_right_and_scope_alone(
    app: Flask, desk: Desk, another_night: None, account: Account
) -> None:
    visitor = Visitor(app, desk, account.username)
    nowhere = visitor.get("/nowhere/at/all")
    for rule, method in routes(app):
        if method != "GET" or rule.endpoint == "signing_in.page":
            continue
        for value, kind in ids(desk, rule, account, 5).items():
            before = trace(desk)
            answer = visitor.get(path_of(rule, value))
            made = trace(desk).since(before)
            said = (account.username, rule.endpoint, kind, value)
            if ROUTES[rule.endpoint, method] == ANYBODY:
                assert answer.status_code == 200 and made == {}, said
            elif not account.active:
                assert answer.status_code == 303 and answer.location.startswith("/sign-in"), said
            elif not may(account, rule.endpoint, method):
                assert answer.status_code == 404 and answer.data == nowhere.data, said
                assert made == entered(app, rule, method, value), said
            elif kind == "own":
                assert answer.status_code == 200 and set(made) <= {"record.viewed", "report.exported"}, said
            else:
                assert (answer.status_code, answer.text, made) == (404, nowhere.text, {}), said


@pytest.mark.parametrize("account", PEOPLE, ids=lambda account: account.username)
def test_forms_are_kept_by_right_and_scope_alone(
    app: Flask, desk: Desk, another_night: None, account: Account
) -> None:
    visitor = Visitor(app, desk, account.username)
    nowhere = visitor.get("/nowhere/at/all")
    own = 10 + PEOPLE.index(account)  # every account decides a case of its own
    order = list(FIELDS)  # a decision before it is taken back
    posts = sorted(
        (rule for rule, method in routes(app) if method == "POST" and rule.endpoint in FIELDS),
        key=lambda rule: order.index(rule.endpoint),
    )
    for rule in posts:
        for value, kind in ids(desk, rule, account, own).items():
            if (
                kind == "own"
                and rule.endpoint in ("deciding.approve", "deciding.give_back")
                and account.partner
            ):
                proposed(desk, str(value), account.partner, by="somebody")
            form = visitor.form(rule.endpoint, str(value))
            before = trace(desk)
            answer = visitor.send(path_of(rule, value) + query_of(desk, rule.endpoint), form)
            made = trace(desk).since(before)
            said = (account.username, rule.endpoint, kind, value, answer.status_code)
            if not account.active:
                assert answer.status_code == 401 and made == {}, said
            elif not may(account, rule.endpoint, "POST"):
                assert answer.status_code == 404 and answer.data == nowhere.data, said
                assert made == entered(app, rule, "POST", value), said
            elif kind == "own" and rule.endpoint in LEAVES:
                assert answer.status_code == 303 and made == LEAVES[rule.endpoint], said
                visitor.get(answer.location)
            elif kind == "own":
                assert answer.status_code == 303 and made["case_events"] == made["case.worked"] > 0, said
                assert made["case_events"] == 1 or rule.endpoint.startswith("closing."), said
                assert set(made) <= {"case_events", "case.worked", "outcome_events", "decision.recorded"}
                visitor.get(answer.location)  # which says once that it is saved
            else:
                assert (answer.status_code, answer.text, made) == (404, nowhere.text, {}), said


def test_of_two_accounts_the_page_of_what_is_not_there_differs_by_their_names_alone(
    app: Flask, desk: Desk
) -> None:
    by_pages = defaultdict(set)
    for account in PEOPLE:
        if account.active:
            visitor = Visitor(app, desk, account.username)
            page = visitor.get(
                f"/case/{keys_of(desk, 'cotswold' if account.partner != 'cotswold' else 'cheltenham')[0]}"
            )
            plain = page.text.replace(account.display_name, "NAME").replace(visitor.csrf, "TOKEN")
            by_pages["Cases</a>" in plain].add(re.sub(r"<li>.*?</li>", "", plain))
    assert len(by_pages) == 2 and len(set.union(*by_pages.values())) == 1


def test_nobody_signed_in_reads_nothing_and_does_nothing(app: Flask, desk: Desk, another_night: None) -> None:
    stranger = Visitor(app, desk, None)
    shown, refused = set(), set()
    for rule, method in [*routes(app), (Rule("/nowhere", endpoint="nowhere"), "GET")]:
        if ROUTES.get((rule.endpoint, method)) == ANYBODY:
            continue
        for value in ids(desk, rule, PEOPLE[0], 5):
            path, before = path_of(rule, value), trace(desk)
            if method == "GET":
                answer = stranger.get(path)
                assert answer.status_code == 303 and answer.location.startswith("/sign-in"), path
                shown.add(re.sub(r'"/sign-in[^"]*">/sign-in[^<]*<', "ADDRESS", answer.text))
                assert stranger.browser.head(path).status_code == 401
            else:
                answer = stranger.send(path, stranger.form(rule.endpoint, value or "") if value else {})
                assert answer.status_code == 401, path
                refused.add(answer.data)
            assert trace(desk).since(before) == {}, path
    assert len(shown) == len(refused) == 1  # whatever was asked for, so that no value can be in them


def test_a_route_that_says_no_right_is_answered_to_nobody(desk: Desk) -> None:
    app = make_app(desk)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for username in ("sue", "sys", None):
        answer = Visitor(app, desk, username).get("/forgotten")
        assert answer.status_code == 404 and "secret" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_no_other_method_has_an_effect(app: Flask, desk: Desk, method: str) -> None:
    visitor, key = Visitor(app, desk, "sue"), keys_of(desk, "cheltenham")[6]
    for rule, _ in routes(app):
        path = path_of(
            rule, key if "case_key" in rule.arguments else "1" if rule.arguments == {"number"} else None
        )
        headers = {"Sec-Fetch-Site": "same-origin"}
        form = visitor.form(rule.endpoint, key) if rule.endpoint in FIELDS else {}
        before = trace(desk)
        answer = visitor.browser.open(
            path, method=method, headers=headers, data={"csrf": visitor.csrf, **form}
        )
        assert answer.status_code in (404, 405), (path, method)
        assert trace(desk).since(before) == {}, path

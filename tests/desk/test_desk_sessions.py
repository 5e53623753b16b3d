"""Signing in, staying signed in and signing out (T40, T41, T43), by a clock that the tests turn."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from desk_people import FROM_HERE, WORDS
from flask import Flask
from visitors import Visitor, keys_of, trace
from werkzeug.test import TestResponse

from fraudmatch.accounts import Account
from fraudmatch.ledger.chain import entries
from fraudmatch.ledger.entry import Entry
from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk
from fraudmatch.review.sessions import Throttle
from fraudmatch.review.settings import Settings
from fraudmatch.site import load_site
from fraudmatch.store.access import transaction

NOW = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def app(desk: Desk) -> Flask:
    return make_app(desk)


@pytest.fixture(scope="module")
def secure(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose pages come over TLS."""
    folder = tmp_path_factory.mktemp("secure") / "site"
    shutil.copytree(published, folder)
    return Desk(load_site(folder), Settings(("localhost",), secure=True), now=lambda: NOW)


@pytest.fixture(autouse=True)
def nobody_waits(desk: Desk) -> None:
    desk.throttle._failed.clear()


def ledger(desk: Desk) -> list[Entry]:
    with transaction(desk.log.store.path) as connection:
        return [Entry(*row) for row in entries(connection)]


def sign_in(visitor: Visitor, username: str, words: str = WORDS, **more: str) -> TestResponse:
    form = {"username": username, "password": words, **more}
    return visitor.browser.post("/sign-in", data=form, headers=FROM_HERE)


def cookie(visitor: Visitor) -> str:
    found = visitor.browser.get_cookie(visitor.desk.settings.cookie)
    return found.value if found else ""


def signed_in(visitor: Visitor) -> bool:
    answer = visitor.get("/")
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


def changed(desk: Desk, account: Account, password: str | None = None, after: int = 1) -> None:
    """Change an account as a command in another process does; a day later each time, so that the moment differs."""
    moment = NOW + dt.timedelta(days=after)
    desk.accounts.change(account, by="root", recorded_at=moment, password=password)


# ---------------------------------------------------------------------------------------
# Beginning, ending
# ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("planted", ["planted", "A" * 43, "", "x" * 4_000, "\u2603"])
def test_a_cookie_from_before_signing_in_is_worth_nothing(app: Flask, desk: Desk, planted: str) -> None:
    visitor = Visitor(app, desk, None)
    visitor.browser.set_cookie("desk", planted)
    assert not signed_in(visitor)
    assert sign_in(visitor, "ada").status_code == 303
    given = cookie(visitor)
    assert given != planted and len(given) >= 43 and signed_in(visitor)
    visitor.browser.set_cookie("desk", planted)
    assert not signed_in(visitor)


def test_every_session_is_another_one_and_256_bits_long(app: Flask, desk: Desk) -> None:
    visitors = [Visitor(app, desk, "ada") for _ in range(200)]
    assert len({one.token for one in visitors}) == 200 and {len(one.token) for one in visitors} == {43}
    assert all(one.token not in str(desk.sessions._open) for one in visitors)


def test_after_signing_out_the_cookie_is_worth_nothing(app: Flask, desk: Desk) -> None:
    visitor, other = Visitor(app, desk, "ada"), Visitor(app, desk, "ada")
    token, csrf, key = visitor.token, visitor.csrf, keys_of(desk, "cheltenham")[0]
    form = visitor.form("acts.note", key)
    answer = visitor.send("/sign-out")
    assert answer.status_code == 303 and answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie(visitor) == "" and "Max-Age=0" in answer.headers["Set-Cookie"]
    visitor.browser.set_cookie("desk", token)
    assert not signed_in(visitor)
    assert visitor.send(f"/case/{key}/note", form | {"csrf": csrf}).status_code == 401
    assert visitor.send("/sign-out", {"csrf": csrf}).status_code == 401
    assert signed_in(other) and not desk.board.history(key)


def test_signing_in_while_signed_in_ends_what_was_open(app: Flask, desk: Desk) -> None:
    visitor = Visitor(app, desk, "ben")
    before = visitor.token
    assert sign_in(visitor, "ada").status_code == 303
    assert signed_in(visitor) and "Ada Example" in visitor.get("/").text
    visitor.browser.set_cookie("desk", before)
    assert not signed_in(visitor)


def test_a_failed_try_leaves_the_open_session_as_it_is(app: Flask, desk: Desk) -> None:
    visitor = Visitor(app, desk, "ben")
    assert sign_in(visitor, "ada", "wrong words here").status_code == 401
    assert signed_in(visitor) and "Ben Example" in visitor.get("/").text


def test_who_is_signed_in_too_often_is_signed_out_where_it_was_longest_unused(
    app: Flask, desk: Desk, time_: Callable[[], float]
) -> None:
    desk.sessions.end_all("ada")
    visitors = []
    for _ in range(desk.settings.most_sessions):
        visitors.append(Visitor(app, desk, "ada"))
        time_.pass_(1)
    stranger = Visitor(app, desk, "ben")
    assert signed_in(visitors[0])  # seen just now, so the second is the oldest
    Visitor(app, desk, "ada")
    assert [signed_in(one) for one in visitors] == [True, False, True, True, True] and signed_in(stranger)


# ---------------------------------------------------------------------------------------
# Time
# ---------------------------------------------------------------------------------------


def test_who_does_nothing_for_fifteen_minutes_is_signed_out(
    app: Flask, desk: Desk, time_: Callable[[], float]
) -> None:
    visitor = Visitor(app, desk, "ada")
    for _ in range(3):
        time_.pass_(14 * 60 + 59)
        assert signed_in(visitor)
    time_.pass_(15 * 60)
    assert not signed_in(visitor)
    time_.pass_(-60)  # and is not back, whatever the clock says
    assert not signed_in(visitor)


def test_after_eight_hours_everybody_is_signed_out(
    app: Flask, desk: Desk, time_: Callable[[], float]
) -> None:
    visitor = Visitor(app, desk, "ada")
    for _ in range(8 * 6 - 1):
        time_.pass_(600)
        assert signed_in(visitor)
    time_.pass_(599)
    assert signed_in(visitor)
    time_.pass_(1)
    assert not signed_in(visitor)


# ---------------------------------------------------------------------------------------
# Accounts that change
# ---------------------------------------------------------------------------------------


def test_an_account_that_was_ended_is_signed_out_at_once_and_for_good(app: Flask, desk: Desk) -> None:
    ben = desk.accounts.find("ben")
    visitors, other = [Visitor(app, desk, "ben") for _ in range(2)], Visitor(app, desk, "ada")
    key = keys_of(desk, "cheltenham")[1]
    changed(desk, replace(ben, active=False), after=1)
    assert not signed_in(visitors[0])
    assert visitors[1].send(f"/case/{key}/note", visitors[1].form("acts.note", key)).status_code == 401
    assert sign_in(Visitor(app, desk, None), "ben").status_code == 401
    changed(desk, ben, after=2)
    assert not signed_in(visitors[0]) and not signed_in(visitors[1]) and signed_in(other)
    assert sign_in(visitors[0], "ben").status_code == 303 and signed_in(visitors[0])


def test_an_account_that_was_ended_and_begun_again_between_two_clicks_is_signed_out(
    app: Flask, desk: Desk
) -> None:
    ben, visitor = desk.accounts.find("ben"), Visitor(app, desk, "ben")
    changed(desk, replace(ben, active=False), after=3)
    changed(desk, ben, after=4)
    assert not signed_in(visitor)


def test_a_new_password_signs_out_every_other_browser(app: Flask, desk: Desk) -> None:
    ben, old = desk.accounts.find("ben"), Visitor(app, desk, "ben")
    changed(desk, ben, password="another three words", after=5)
    fresh = Visitor(app, desk, None)
    assert sign_in(fresh, "ben").status_code == 401
    assert sign_in(fresh, "ben", "another three words").status_code == 303
    assert not signed_in(old) and signed_in(fresh)
    changed(desk, ben, password=WORDS, after=6)
    assert not signed_in(fresh)


def test_other_roles_count_at_once(app: Flask, desk: Desk) -> None:
    ben, key = desk.accounts.find("ben"), keys_of(desk, "cheltenham")[2]
    visitor = Visitor(app, desk, "ben")
    form = visitor.form("acts.note", key)
    changed(desk, replace(ben, roles=("analyst",)), after=7)
    assert visitor.send(f"/case/{key}/note", form).status_code == 401
    assert sign_in(visitor, "ben").status_code == 303
    visitor.token = cookie(visitor)
    assert visitor.send(f"/case/{key}/note", form | {"csrf": visitor.csrf}).status_code == 404
    changed(desk, ben, after=8)
    assert not signed_in(visitor)
    assert not desk.board.history(key)


def test_a_session_of_an_account_that_is_not_there_is_none(app: Flask, desk: Desk) -> None:
    visitor = Visitor(app, desk, None)
    visitor.browser.set_cookie("desk", desk.sessions.begin("ghost", "mark"))
    assert not signed_in(visitor)


# ---------------------------------------------------------------------------------------
# Cookie, headers, addresses
# ---------------------------------------------------------------------------------------


def attributes(answer: TestResponse) -> dict[str, str]:
    name_and_value, *more = answer.headers["Set-Cookie"].split("; ")
    return {"name": name_and_value.partition("=")[0]} | {
        name: value for name, _, value in (one.partition("=") for one in more)
    }


def test_the_cookie_is_shown_to_no_script_and_to_no_other_place(app: Flask, desk: Desk, secure: Desk) -> None:
    plain = attributes(sign_in(Visitor(app, desk, None), "ada"))
    assert plain == {"name": "desk", "HttpOnly": "", "Path": "/", "SameSite": "Strict"}
    visitor = Visitor(make_app(secure), secure, None)
    form = {"username": "ada", "password": WORDS}
    answer = visitor.browser.post("/sign-in", data=form, headers=FROM_HERE, base_url="https://localhost")
    assert attributes(answer) == {
        "name": "__Host-desk",
        "Secure": "",
        "HttpOnly": "",
        "Path": "/",
        "SameSite": "Strict",
    }
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    page = visitor.browser.get("/", base_url="https://localhost")
    assert page.status_code == 200
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    gone = visitor.browser.post(
        "/sign-out", data={"csrf": csrf}, headers=FROM_HERE, base_url="https://localhost"
    )
    assert {"Secure", "HttpOnly"} <= set(attributes(gone)) and gone.headers["Clear-Site-Data"]


AFTER = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\t/evil.example",
    "/\n/evil.example", "/\r\nSet-Cookie: a=b", "https://evil.example", "https:evil.example", "http:///evil.example",
    "javascript:alert(1)", "data:text/html,x", "evil.example", "@evil.example", "/%2f/evil.example", "/%5cevil.example",
    "/.//evil.example", "/../..//evil.example", " //evil.example", "/\u2028/evil.example", "/\x00/evil.example",
    "/\uff0fevil.example", "/\u2215evil.example", "?next=//evil.example", "#//evil.example", "", "/[", "/]:80//x", "/@evil.example",
    "/;//evil.example", "%2f%2fevil.example", "/\ud7ff/evil.example", "/" + "a" * 9_000,
]  # fmt: skip


@pytest.mark.parametrize("after", AFTER, ids=ascii)
def test_signing_in_never_leads_to_another_place(app: Flask, desk: Desk, after: str) -> None:
    from urllib.parse import urljoin, urlsplit

    visitor = Visitor(app, desk, None)
    assert visitor.browser.get("/sign-in", query_string={"after": after}).status_code == 200
    desk.accounts.who = lambda username, words: desk.accounts.known(username)  # type: ignore[method-assign]
    try:
        answer = sign_in(visitor, "ada", after=after)
    finally:
        del desk.accounts.who  # type: ignore[method-assign]
    assert answer.status_code == 303 and answer.headers.get_all("Set-Cookie") == [
        answer.headers["Set-Cookie"]
    ]
    for told in (answer.location, answer.headers["Location"].replace("\\", "/")):
        assert urlsplit(urljoin("http://localhost/sign-in", told)).netloc == "localhost", told
        assert told.startswith("/") and not told.startswith("//")
        assert told.isascii() and told.isprintable()


def test_signing_in_leads_to_the_page_that_was_asked_for(app: Flask, desk: Desk) -> None:
    visitor = Visitor(app, desk, None)
    key = keys_of(desk, "cheltenham")[0]
    answer = visitor.get(f"/case/{key}?whose=mine&order=due")
    page = visitor.get(answer.location).text
    assert f'name="after" value="/case/{key}?whose=mine&amp;order=due"' in page
    assert sign_in(visitor, "ada", after=f"/case/{key}?whose=mine").location == f"/case/{key}?whose=mine"


# ---------------------------------------------------------------------------------------
# Guessing
# ---------------------------------------------------------------------------------------


def test_the_eleventh_try_waits_and_each_further_one_twice_as_long(
    app: Flask, desk: Desk, time_: Callable[[], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = desk.accounts.who
    monkeypatch.setattr(
        desk.accounts, "who", lambda name, words: right(name, words) if words == WORDS else None
    )
    visitor, waits = Visitor(app, desk, None), []
    assert [sign_in(visitor, "ada", "no").status_code for _ in range(10)] == [401] * 10
    for _ in range(13):
        answer = sign_in(visitor, "ada")  # the right password, and too early
        assert answer.status_code == 429 and cookie(visitor) == ""
        waits.append(int(answer.headers["Retry-After"]))
        assert f"Wait {waits[-1]} seconds" in answer.text
        time_.pass_(waits[-1] - 0.5)
        assert sign_in(visitor, "ADA ").status_code == 429
        time_.pass_(0.5)
        assert sign_in(visitor, "ada", "no").status_code == 401
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert sign_in(Visitor(app, desk, None), "ben").status_code == 303
    time_.pass_(900)
    assert sign_in(visitor, "ada").status_code == 303
    assert [sign_in(visitor, "ada", "no").status_code for _ in range(10)] == [401] * 10


def test_nobody_learns_which_names_there_are(app: Flask, desk: Desk) -> None:
    """Wrong password, no such account, ended account, no name at all: one answer, and one after too many tries."""
    answers = set()
    for name in ("ada", "nobody-at-all", "end", "x", "own"):
        visitor = Visitor(app, desk, None)
        for _ in range(10):
            desk.throttle.ask(name)
        waiting = sign_in(visitor, name, "no")
        desk.throttle.right(name)
        wrong = sign_in(visitor, name, "no")
        plain = [
            (one.status_code, one.text.replace(f'value="{name}"', "NAME"), sorted(one.headers.keys()))
            for one in (wrong, waiting)
        ]
        answers.add(json.dumps(plain))
    assert len(answers) == 1


@pytest.mark.parametrize(
    "typed", [WORDS, "nobody-at-all", "x" * 50_000, "ada\x00", "\u212aada", "<b>", "'; --", ""]
)
def test_what_was_typed_for_a_name_is_kept_nowhere(app: Flask, desk: Desk, typed: str) -> None:
    before = len(ledger(desk))
    assert sign_in(Visitor(app, desk, None), typed, "no").status_code == 401
    (entry,) = ledger(desk)[before:]
    assert (entry.action, entry.actor, entry.partner) == ("session.refused", "somebody", None)
    assert json.loads(entry.detail) == {"why": "wrong"}
    assert not typed or typed not in str(desk.throttle._failed)


def test_a_password_is_in_no_answer_and_in_no_entry(app: Flask, desk: Desk) -> None:
    before = len(ledger(desk))
    answer = sign_in(Visitor(app, desk, None), "ada", "mistyped words")
    assert "mistyped words" not in answer.text and "mistyped words" not in str(ledger(desk)[before:])
    assert ledger(desk)[-1].actor == "ada"


def test_names_that_are_guessed_fill_no_memory_and_free_nobody(desk: Desk) -> None:
    throttle = Throttle(lambda: 5.0)
    for _ in range(Throttle.FREE):
        assert throttle.ask("ada") == 0
    for number in range(3 * Throttle.NAMES):
        throttle.ask(f"{number}" * 100)
    assert len(throttle._failed) <= Throttle.NAMES and throttle.ask("ada") == 1
    assert max(map(len, throttle._failed)) == 64


def test_a_name_that_was_tried_very_often_can_be_tried_again(time_: Callable[[], float]) -> None:
    throttle = Throttle(time_)
    for _ in range(1_100):  # beyond what a float holds as a power of two
        time_.pass_(Throttle.LONGEST)
        assert throttle.ask("ada") == 0
    assert throttle.ask("ada") == Throttle.LONGEST


def test_a_failed_sign_in_changes_nothing_else(app: Flask, desk: Desk) -> None:
    before = trace(desk)
    sign_in(Visitor(app, desk, None), "ada", "no")
    assert trace(desk).since(before) == {"session.refused": 1}

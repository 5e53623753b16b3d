"""Accounts kept at the desk, passwords changed there, and the ledger read there."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest
from desk_people import WORDS, Person
from flask import Flask

from fraudmatch.accounts import Account, keeps
from fraudmatch.ledger.whole import verify_site
from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk
from fraudmatch.review.settings import Settings
from fraudmatch.site import load_site

NOW = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)
NEW = "four very good words"


@pytest.fixture
def desk(published: Path, tmp_path: Path) -> Desk:
    """A desk for each test, whose accounts it may change."""
    shutil.copytree(published, tmp_path / "site")
    return Desk(load_site(tmp_path / "site"), Settings(("localhost",)), now=lambda: NOW)


@pytest.fixture
def app(desk: Desk) -> Flask:
    return make_app(desk)


def made(person: Person, username: str, *roles: str, **more: str):
    """Send the form for a new account."""
    page = person.get("/accounts").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    form = {"csrf": csrf, "username": username, "name": "New Example", "role": list(roles), "password": NEW}
    return person.send("/accounts/add", form | more)


def changed(person: Person, username: str, **fields: object):
    csrf = re.search(r'name="csrf" value="([^"]+)"', person.get("/password").text)[1]
    return person.send(f"/accounts/{username}/change", {"csrf": csrf, **fields})


def test_who_is_let_in_signs_in_and_sees_what_the_roles_give(app: Flask, desk: Desk) -> None:
    pat = Person(app, desk, "pat")
    assert made(pat, "Nia", "investigator").status_code == 303
    assert desk.accounts.find("nia") == Account("nia", "New Example", "cheltenham", ("investigator",))
    nia = Person(app, desk, "nia", signed_in=False)
    assert nia.sign_in(NEW).status_code == 303 and nia.cases()
    assert changed(pat, "nia", name="Nia Example", role="dataset_owner").status_code == 303
    assert nia.get("/").status_code == 303  # what an account was ended its session
    nia.sign_in(NEW)
    assert not nia.cases() and "Nia Example" in nia.get("/").text
    assert "nia" in pat.get("/accounts").text and "Nia Example" in pat.get("/accounts/nia").text


def test_who_is_ended_is_out_at_once_and_may_be_let_in_again(app: Flask, desk: Desk) -> None:
    pat, ada = Person(app, desk, "pat"), Person(app, desk, "ada")
    assert ada.cases()
    assert changed(pat, "ada", end="yes").status_code == 303
    assert ada.get("/").status_code == 303 and ada.sign_in().status_code == 401
    assert "ended" in pat.get("/accounts").text
    assert changed(pat, "ada", end="no").status_code == 303
    assert ada.sign_in().status_code == 303
    assert verify_site(desk.site, None).fault is None


def test_a_new_password_by_the_administrator_counts_and_the_roles_stay(app: Flask, desk: Desk) -> None:
    pat, ben = Person(app, desk, "pat"), Person(app, desk, "ben", signed_in=False)
    before = desk.accounts.find("ben")
    assert changed(pat, "ben", name="Ben Example", role="investigator", password=NEW).status_code == 303
    assert ben.sign_in(WORDS).status_code == 401 and ben.sign_in(NEW).status_code == 303
    assert desk.accounts.find("ben") == before


@pytest.mark.parametrize(
    ("who", "fields", "said"),
    [
        ("pat", {"username": "ada"}, "There is an account ada"),
        ("pat", {"username": "a b"}, "Write 2 to 100 of a-z"),
        ("pat", {"username": "pat"}, "your own account"),
        ("pat", {"name": " "}, "Write the name of the person"),
        ("pat", {"password": "short"}, "Use 12 to 200 characters"),
        ("pat", {"password": ""}, "Use 12 to 200 characters"),
        ("pat", {"role": []}, "Choose at least one role"),
        ("pat", {"role": ["king"]}, "Choose from"),
        ("pat", {"role": ["system_administrator"]}, "is for an account of the hub"),
        ("pat", {"role": ["partner_administrator", "supervisor"]}, "sees no cases"),
        ("sys", {"role": ["investigator"], "partner": "cheltenham"}, "Choose a role of the hub"),
        ("sys", {"role": ["partner_administrator"], "partner": ""}, "is for an account of a partner"),
        ("sys", {"role": ["partner_administrator"], "partner": "nowhere"}, "Choose one of"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_made(
    app: Flask, desk: Desk, who: str, fields: dict[str, object], said: str
) -> None:
    person, before = Person(app, desk, who), desk.accounts.all()
    answer = made(
        person, str(fields.pop("username", "nia")), *fields.pop("role", ["dataset_owner"]), **fields
    )
    assert answer.status_code == 400 and said in answer.text and "was not made" in answer.text
    assert NEW not in answer.text and desk.accounts.all() == before
    for name in re.findall(r'href="#([\w-]+)"', answer.text):
        assert f'id="{name}"' in answer.text


def test_the_hub_makes_administrators_of_partners_and_nobody_who_sees_a_case(app: Flask, desk: Desk) -> None:
    sys = Person(app, desk, "sys")
    assert made(sys, "padma", "partner_administrator", partner="cotswold").status_code == 303
    assert made(sys, "olu", "auditor", partner="").status_code == 303
    shown = set(re.findall(r'href="/accounts/([^"]+)"', sys.get("/accounts").text))
    assert shown == {"padma", "olu", "pat", "aud"}
    for username in ("ada", "sue", "sys"):
        assert sys.get(f"/accounts/{username}").status_code == 404
        assert changed(sys, username, name="x", role="auditor").status_code == 404
    assert changed(sys, "padma", name="Padma", role="investigator").status_code == 400
    assert desk.accounts.find("padma").roles == ("partner_administrator",)


def test_nobody_keeps_the_account_they_use() -> None:
    pat = Account("pat", "Pat", "cheltenham", ("partner_administrator",))
    ada = Account("ada", "Ada", "cheltenham", ("investigator",))
    assert keeps(pat, ada) and not keeps(pat, pat) and not keeps(ada, pat)
    assert not keeps(pat, Account("cos", "Cos", "cotswold", ("investigator",)))
    assert not keeps(pat, Account("aud", "Aud", None, ("auditor",)))


def password(person: Person, old: str, new: str, again: str):
    csrf = re.search(r'name="csrf" value="([^"]+)"', person.get("/password").text)[1]
    return person.send("/password", {"csrf": csrf, "old": old, "new": new, "again": again})


def test_a_new_password_of_ones_own_signs_out_every_other_browser(app: Flask, desk: Desk) -> None:
    here, there = Person(app, desk, "sue"), Person(app, desk, "sue")
    for old, new, again, said in (
        ("wrong words here", NEW, NEW, "not your password"), (WORDS, NEW, "another one here", "not the same"),
        (WORDS, "short", "short", "Use 12 to 200"), (WORDS, "", "", "Use 12 to 200"),
    ):  # fmt: skip
        answer = password(here, old, new, again)
        assert answer.status_code == 400 and said in answer.text
        assert not [
            one for one in (old, new, again) if one and one in answer.text.replace("12 characters", "")
        ]
    assert there.get("/").status_code == 200
    assert password(here, WORDS, NEW, NEW).status_code == 303
    assert here.get("/").status_code == 200 and there.get("/").status_code == 303
    assert there.sign_in(WORDS).status_code == 401 and there.sign_in(NEW).status_code == 303


def test_a_stolen_session_does_not_guess_the_password(app: Flask, desk: Desk) -> None:
    ada = Person(app, desk, "ada")
    answers = [password(ada, f"wrong words {number}", NEW, NEW).status_code for number in range(13)]
    assert answers[:10] == [400] * 10 and 429 in answers[10:]
    assert desk.accounts.who("ada", WORDS) is not None


def test_the_ledger_shows_a_council_its_own_and_the_hub_everything(app: Flask, desk: Desk) -> None:
    ada, cos = Person(app, desk, "ada"), Person(app, desk, "cos")
    key, other = ada.cases()[0], cos.cases()[0]
    ada.get(f"/case/{key}")
    cos.get(f"/case/{other}")
    sue, aud = Person(app, desk, "sue"), Person(app, desk, "aud")
    assert key in sue.get("/ledger").text and other not in sue.get("/ledger").text
    page = aud.get("/ledger").text
    assert key in page and other in page and "Cheltenham" in page
    assert other not in sue.get(f"/ledger?object={other}").text.replace(f'value="{other}"', "")
    only = aud.get("/ledger?action=record.viewed&actor=co").text
    assert other in only and key not in only
    assert "No entry is like that" in aud.get("/ledger?actor=nobody").text
    assert ada.get("/ledger").status_code == 404


def test_older_entries_follow_page_by_page_without_a_gap(app: Flask, desk: Desk) -> None:
    aud, seen, path = Person(app, desk, "aud"), [], "/ledger"
    for _ in range(120):
        Person(app, desk, "ada", signed_in=False).sign_in("wrong words here")
    while path:
        page = aud.get(path).text
        seen += [int(number.replace(",", "")) for number in re.findall(r'numeric">([\d,]+)</td>', page)]
        older = re.search(r'rel="next" href="\?([^"]+)"', page)
        path = f"/ledger?{older[1]}" if older else ""
    assert seen == list(range(seen[0], 0, -1)) and seen[0] > 120

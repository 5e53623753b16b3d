"""Accounts: who may be what, passwords, and the ledger that tells every change."""

from __future__ import annotations

import datetime as dt
import json
import statistics
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fraudmatch.accounts import ROLES, Account, Accounts, Right, rights_of
from fraudmatch.accounts.kept import Known
from fraudmatch.errors import DecisionError
from fraudmatch.ledger.chain import entries
from fraudmatch.ledger.entry import Entry
from fraudmatch.site import Partner, Site
from fraudmatch.store.access import transaction

NOW = dt.datetime(2026, 3, 31, 14, 5, 9, tzinfo=dt.UTC)
ADA = Account("ada", "Ada Example", "northshire", ("investigator",))
WORDS = "three good words"


@pytest.fixture
def kept(tmp_path: Path) -> Accounts:
    return Accounts(
        Site(root=tmp_path, name="Test", as_at=None, partners=(Partner(id="northshire", name="North"),))
    )


def add(kept: Accounts, account: Account = ADA, password: str | None = WORDS) -> Account:
    return kept.add(account, password, by="root", recorded_at=NOW)


def _account(known: Known | None) -> Account | None:
    return known.account if known else None


def told(kept: Accounts) -> list[Entry]:
    with transaction(kept._place) as connection:
        return [Entry(*row) for row in entries(connection)]


def test_an_account_is_kept_and_signs_in_with_its_own_words_alone(kept: Accounts) -> None:
    add(kept)
    assert kept.find("ada") == ADA and kept.all() == [ADA]
    assert _account(kept.who("ada", WORDS)) == ADA
    for name, words in (
        ("ada", "three good word"),
        ("ada", ""),
        ("bob", WORDS),
        ("ada", WORDS + "x" * 5_000),
    ):
        assert kept.who(name, words) is None


def test_an_account_that_was_ended_or_has_no_password_signs_in_no_more(kept: Accounts) -> None:
    add(kept)
    kept.change(replace(ADA, active=False), by="root", recorded_at=NOW)
    assert kept.who("ada", WORDS) is None
    kept.change(ADA, by="root", recorded_at=NOW)
    assert _account(kept.who("ada", WORDS)) == ADA
    add(kept, replace(ADA, username="bob"), None)
    assert kept.who("bob", "") is None and kept.who("bob", "nobody has this password") is None


def test_a_new_password_takes_the_place_of_the_old_one(kept: Accounts) -> None:
    add(kept)
    kept.change(ADA, by="root", recorded_at=NOW, password="four very good words")
    assert kept.who("ada", WORDS) is None and _account(kept.who("ada", "four very good words")) == ADA


def test_every_change_gives_another_mark_and_nothing_else_does(kept: Accounts) -> None:
    add(kept)
    marks = [kept.known("ada").mark]
    assert kept.known("ada").mark == marks[0] and kept.known("bob") is None
    later = NOW + dt.timedelta(seconds=1)
    for changed, more in (
        (ADA, {"password": "four very good words"}),
        (replace(ADA, active=False), {}),
        (ADA, {}),
        (replace(ADA, roles=("supervisor",)), {}),
        (replace(ADA, display_name="Ada E."), {}),
    ):
        later += dt.timedelta(seconds=1)
        kept.change(changed, by="root", recorded_at=later, **more)
        marks.append(kept.known("ada").mark)
    assert len(set(marks)) == len(marks) == 6
    assert kept.who("ada", "four very good words") == kept.known("ada")


def test_every_change_is_entered_and_no_password_or_hash_is_in_it(kept: Accounts) -> None:
    add(kept)
    kept.change(replace(ADA, roles=("supervisor",)), by="root", recorded_at=NOW)
    kept.change(replace(ADA, roles=("supervisor",)), by="root", recorded_at=NOW, password=WORDS)
    made, changed, renewed = told(kept)
    assert {entry.action for entry in (made, changed, renewed)} == {"account.changed"}
    assert json.loads(changed.detail) == {"changed": ["roles"]}
    assert json.loads(renewed.detail) == {"changed": ["password_hash"]}
    assert changed.before_digest == made.after_digest and renewed.before_digest == changed.after_digest
    assert WORDS not in repr(told(kept)) and "argon2" not in repr(told(kept))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(ADA, username="Ada"), "username"),
        (replace(ADA, username="../ada"), "username"),
        (replace(ADA, username="a\nb"), "username"),
        (replace(ADA, username="ada\n"), "username"),
        (replace(ADA, display_name=" "), "name"),
        (replace(ADA, display_name="Ada\x1b[31m"), "name"),
        (replace(ADA, partner="eastshire"), "partner"),
        (replace(ADA, roles=()), "roles"),
        (replace(ADA, roles=("king",)), "roles"),
        (replace(ADA, partner=None), "roles"),
        (replace(ADA, roles=("system_administrator",)), "roles"),
        (replace(ADA, roles=("investigator", "partner_administrator")), "roles"),
    ],
)
def test_what_cannot_be_an_account_is_refused(kept: Accounts, wrong: Account, field: str) -> None:
    with pytest.raises(DecisionError) as caught:
        add(kept, wrong)
    assert {problem.where for problem in caught.value.problems} == {field}
    assert kept.all() == [] and told(kept) == []


@pytest.mark.parametrize("words", ["", "short", "a" * 40, "x" * 201, "ababababab ab"])
def test_a_weak_password_is_refused_without_being_printed(kept: Accounts, words: str) -> None:
    with pytest.raises(DecisionError) as caught:
        add(kept, password=words)
    assert kept.all() == [] and (not words or words not in str(caught.value))


def test_nobody_is_made_or_changed_twice(kept: Accounts) -> None:
    add(kept)
    with pytest.raises(DecisionError, match="There is an account"):
        add(kept, replace(ADA, roles=("supervisor",)))
    with pytest.raises(DecisionError, match="There is no account"):
        kept.change(replace(ADA, username="bob"), by="root", recorded_at=NOW)
    assert kept.all() == [ADA] and len(told(kept)) == 1


def test_who_keeps_accounts_or_audits_sees_no_case() -> None:
    """The separation of duties that the design promises, whatever roles are added."""
    for role, what in ROLES.items():
        if Right.KEEP_ACCOUNTS in what.rights or role == "auditor":
            assert not rights_of((role,)) & {Right.SEE_CASES, Right.WORK_CASES, Right.ASSIGN, Right.EXPORT}
        if what.of_hub:
            assert Right.SEE_CASES not in what.rights


def test_a_name_that_is_not_there_takes_as_long_as_a_wrong_password(kept: Accounts) -> None:
    """Counted in work, not in time: both verify one Argon2 hash. The clock is asked only for a gross difference."""
    add(kept)
    kept.who("nobody", WORDS)  # makes the hash that is checked for nobody

    def took(name: str) -> float:
        start = time.perf_counter()
        kept.who(name, "wrong " + WORDS)
        return time.perf_counter() - start

    there, nowhere = (statistics.median(took(name) for _ in range(5)) for name in ("ada", "nobody"))
    assert 0.2 < there / nowhere < 5

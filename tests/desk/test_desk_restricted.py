"""The desk and restricted people: everybody else works as if they were not there, and their nominated officer works theirs."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from desk_people import WORDS, Person
from restricting import plant, values_alone, write_list

from fraudmatch.accounts import Account, Accounts
from fraudmatch.exercise import run_night
from fraudmatch.kept import Kept, read_night
from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk
from fraudmatch.review.settings import Settings
from fraudmatch.site import load_site

NOW = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)
MANY = 50

Someone = Callable[..., Person]


@dataclass(frozen=True)
class Listed:
    """A site with lists and a night after them; see `plant` for `people` and `values_alone` for `values`."""

    root: Path
    people: list[dict[str, Any]]
    values: set[str]

    def there(self, text: str) -> set[str]:
        return {value for value in self.values if value in text}


@pytest.fixture(scope="module")
def listed(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Listed:
    root = tmp_path_factory.mktemp("listed") / "site"
    shutil.copytree(published, root)
    site = load_site(root)
    people = plant(root, read_night(site), MANY)
    run_night(site)
    accounts = Accounts(site)
    for partner in site.partner_ids:
        for role in ("supervisor", "nominated_officer"):
            account = Account(f"{role[:3]}.{partner}", "Example", partner, (role,))
            accounts.add(account, WORDS, by="root", recorded_at=NOW)
    return Listed(root, people, values_alone(read_night(site)))


@pytest.fixture
def desk(listed: Listed, tmp_path: Path) -> Desk:
    """A desk over a copy of its own."""
    shutil.copytree(listed.root, tmp_path / "site")
    return Desk(load_site(tmp_path / "site"), Settings(("localhost",), per_page=500), now=lambda: NOW)


def seen_by(desk: Desk, partner: str) -> Kept:
    return read_night(desk.site, nominated=partner)


def test_the_nominated_officers_see_every_one_of_them_and_nothing_else(
    listed: Listed, desk: Desk, someone: Someone
) -> None:
    keys, found = set(desk.night.flags_of), 0
    for partner in desk.site.partner_ids:
        officer = someone(f"nom.{partner}")
        cases = officer.cases()
        assert cases == seen_by(desk, partner).cases["case_key"].to_pylist() and not keys & set(cases)
        pages = "".join(officer.get(f"/case/{key}").text for key in cases)
        mine = [record for record in listed.people if record["partner"] == partner]
        found += sum(record["source_ref"] in pages for record in mine)
        for key in list(keys)[:20]:
            assert officer.get(f"/case/{key}").status_code == 404
        assert f"of {load_site(listed.root).partner(partner).name}: nobody but" in officer.get("/").text
    assert found == MANY


def test_nobody_else_reads_a_word_of_them(listed: Listed, desk: Desk, someone: Someone) -> None:
    read = []
    for partner in desk.site.partner_ids:
        person = someone(f"sup.{partner}")
        cases = person.cases()
        read += [
            person.get(path).text
            for path in (
                "/",
                "/?state=",
                "/cases.json?state=",
                "/cases.csv?state=",
                "/decided",
                "/decided.json",
                "/questions.json",
            )
        ]
        read += [person.get(f"/case/{key}").text for key in cases[:40]]
        for other in desk.site.partner_ids:
            for key in seen_by(desk, other).cases["case_key"].to_pylist():
                answer = person.get(f"/case/{key}")
                assert answer.status_code == 404
                read.append(answer.text)
        for record in listed.people[:5]:
            form = {"csrf": re.search(r'name="csrf" value="([^"]+)"', person.get("/find").text).group(1)}
            form |= {"reference": record["source_ref"], "reason": "Looked for by the test"}
            assert person.send("/find", form).status_code == 303
            page = person.get("/find").text
            assert "No case of your council tonight has it" in page
            read.append(page.replace(record["source_ref"], ""))
    assert len(read) > 300 and listed.there("\n".join(read)) == set()


def test_what_an_officer_decides_is_remembered_and_told_to_nobody_else(
    listed: Listed, desk: Desk, someone: Someone
) -> None:
    partner = listed.people[0]["partner"]
    officer, person = someone(f"nom.{partner}"), someone(f"sup.{partner}")
    key = officer.cases()[0]
    flags = desk.of(desk.accounts.find(f"nom.{partner}")).night.flags_of[key]
    done = officer.fill_in(key, "decide", outcome="cleared", reason="moved", note="Zqofficersword")
    assert done.status_code == 303
    assert "Zqofficersword" in officer.get(f"/case/{key}").text + officer.get("/decided").text
    everywhere = [
        person.get(path).text
        for path in ("/", "/decided", "/decided.json", "/questions", "/questions.json", "/cases.json?state=")
    ]
    everywhere += [person.get(f"/case/{one}").text for one in person.cases()]
    assert "Zqofficersword" not in "\n".join(everywhere)
    assert {desk.log.store.newest(flag).decision.partner for flag in flags} == {partner}
    again = run_night(desk.site, as_at=dt.date(2026, 4, 1))
    kept = seen_by(desk, partner)
    assert set(flags) <= set(kept.flags["flag_key"].to_pylist())
    assert not set(flags) & set(kept.case_flags["flag_key"].to_pylist())
    attached = dict(
        zip(kept.attached["flag_key"].to_pylist(), kept.attached["state"].to_pylist(), strict=True)
    )
    assert {attached[flag] for flag in flags} == {"stays_cleared"}
    assert not set(flags) & set(again.attached["flag_key"].to_pylist())


def test_where_another_council_bears_the_loss_the_officer_decides_and_that_one_hears_nothing(
    listed: Listed, desk: Desk, someone: Someone
) -> None:
    rows = {row["flag_key"]: row for row in seen_flags(desk)}
    record = next(one for one in listed.people if rows[one["flag_key"]]["left_partner"] != one["partner"])
    bears = rows[record["flag_key"]]["left_partner"]
    officer, other = someone(f"nom.{record['partner']}"), someone(f"sup.{bears}")
    night = desk.of(desk.accounts.find(f"nom.{record['partner']}")).night
    key = night.case_of[record["flag_key"]]
    page = officer.get(f"/case/{key}").text
    assert record["source_ref"] in page and "Ask the other council" not in page
    assert (
        officer.fill_in(key, "decide", page=page, outcome="error", note="Zqofficersword").status_code == 303
    )
    assert "Zqofficersword" not in other.get("/decided").text
    assert desk.log.store.newest(record["flag_key"]).decision.partner == record["partner"]


def seen_flags(desk: Desk) -> list[dict[str, Any]]:
    return [row for partner in desk.site.partner_ids for row in seen_by(desk, partner).flags.to_pylist()]


def test_notes_from_before_a_list_stay_with_the_council_that_wrote_them(
    listed: Listed, desk: Desk, someone: Someone
) -> None:
    """Two cases of one council go to its officer with their notes; a case of another council goes without."""
    other = next(one for one in desk.site.partner_ids if one != "cheltenham")
    person = someone("sue")
    key = next(
        key for key in person.cases() if f"{other}" in str(desk.night._parties[desk.night.flags_of[key][0]])
    )
    person.fill_in(key, "note", words="Zqcouncilsword")
    flag = desk.night.flags_of[key][0]
    row = next(row for row in desk.night.input.flags.to_pylist() if row["flag_key"] == flag)
    record = desk.night.input.records.slice(row["right_id"], 1).to_pylist()[0]
    write_list(desk.site.root, other, [(record["dataset"], record["source_ref"])])
    run_night(desk.site, as_at=dt.date(2026, 4, 1))
    fresh = Desk(desk.site, Settings(("localhost",), per_page=500), now=lambda: NOW)
    officer = Person(make_app(fresh), fresh, f"nom.{other}")
    pages = "\n".join(officer.get(f"/case/{one}").text for one in officer.cases())
    assert record["source_ref"] in pages and "Zqcouncilsword" not in pages
    assert flag not in fresh.night.case_of


def test_who_comes_onto_a_list_is_hidden_from_a_desk_that_runs(desk: Desk, someone: Someone) -> None:
    sue = someone("sue")
    key = sue.cases()[0]
    flag = desk.night.flags_of[key][0]
    row = next(row for row in desk.night.input.flags.to_pylist() if row["flag_key"] == flag)
    record = desk.night.input.records.slice(row["left_id"], 1).to_pylist()[0]
    listed_ = (desk.site.root / "partners" / "cheltenham" / "restricted.csv").read_text(encoding="utf-8")
    more = f"{listed_}{record['dataset']},{record['source_ref']}\n"
    (desk.site.root / "partners" / "cheltenham" / "restricted.csv").write_text(more, encoding="utf-8")
    for _ in range(100):
        if key not in sue.cases():
            break
        time.sleep(0.1)
    assert key not in sue.cases() and sue.get(f"/case/{key}").status_code == 404
    assert record["source_ref"] not in sue.get("/cases.json?state=").text


def test_a_list_with_faults_leaves_what_is_shown_as_it_was(
    desk: Desk, someone: Someone, caplog: pytest.LogCaptureFixture
) -> None:
    sue, shown = someone("sue"), desk.night
    cases = sue.cases()
    (desk.site.root / "partners" / "cheltenham" / "restricted.csv").write_text("nothing\n", encoding="utf-8")
    for _ in range(100):
        assert sue.cases() == cases
        if "cannot be shown" in caplog.text:
            break
        time.sleep(0.05)
    assert "cannot be shown" in caplog.text and desk.night is shown
    assert "nothing" not in caplog.text


def test_an_officer_of_another_council_and_colleagues_of_other_roles_are_strangers(
    desk: Desk, someone: Someone
) -> None:
    queues = {one: seen_by(desk, one).cases["case_key"].to_pylist() for one in desk.site.partner_ids}
    for mine in (one for one, keys in queues.items() if keys):
        officer = someone(f"nom.{mine}")
        for other, keys in queues.items():
            if other != mine:
                assert {officer.get(f"/case/{key}").status_code for key in keys} <= {404}
    officer = desk.accounts.find("nom.cheltenham")
    assert {one.username for one in desk.of(officer).colleagues(officer)} == {"nom", "nom.cheltenham"}
    sue = desk.accounts.find("sue")
    assert not {"nom", "nom.cheltenham"} & {one.username for one in desk.colleagues(sue)}

"""Working cases at the desk, without a browser: what is read, decided, taken back, noted and given away."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from desk_people import Person

from fraudmatch.errors import SiteError
from fraudmatch.ledger.chain import entries
from fraudmatch.ledger.decisions import first_disagreement
from fraudmatch.ledger.entry import Entry
from fraudmatch.review.desk import Desk
from fraudmatch.review.terms import read_terms
from fraudmatch.site import load_site
from fraudmatch.store.access import transaction

Someone = Callable[..., Person]


def ledger(desk: Desk) -> list[Entry]:
    with transaction(desk.log.store.path) as connection:
        assert first_disagreement(connection) is None
        return [Entry(*row) for row in entries(connection)]


def test_the_list_is_that_of_the_worklist_best_first(someone: Someone, desk: Desk) -> None:
    ada = someone("ada")
    worklist = desk.worklist(desk.accounts.find("ada"))
    assert ada.cases() == worklist.keys[: desk.settings.per_page]
    assert ada.cases("?page=2") == worklist.keys[desk.settings.per_page : 2 * desk.settings.per_page]
    assert ada.cases("?page=999999") and ada.cases("?page=-1") == ada.cases()


def test_a_case_is_decided_taken_back_and_decided_anew(someone: Someone, desk: Desk) -> None:
    ada = someone("ada")
    key = ada.cases()[0]
    flags = desk.night.decidable(key, "cheltenham")
    done = ada.fill_in(
        key, "decide", outcome="cleared", reason="moved", note="Letter of 3 March seen.", minutes="25", actual="£1,250.50"
    )  # fmt: skip
    assert done.status_code == 303
    page = ada.get(done.location).text
    assert "You can take it back" in page and "Letter of 3 March seen." in page and ">Decided<" in page
    events = [desk.board.newest(flag) for flag in flags]
    told = [event.decision for event in events]
    assert {(one.outcome, one.reason, one.decided_by) for one in told} == {("cleared", "moved", "ada")}
    assert told[0].minutes == 25 and told[0].value_actual_pence == 125_050
    assert all(one.minutes is None and one.value_actual_pence is None for one in told[1:])
    assert told[0].basis and told[0].left_ref.startswith("cheltenham:")
    assert key not in ada.cases() and key in ada.cases("?state=decided")
    assert ada.fill_in(key, "undo").status_code == 303
    assert {desk.board.newest(flag).decision.outcome for flag in flags} == {"reopened"}
    assert key in ada.cases() and ">In review<" in ada.get(f"/case/{key}").text
    assert ada.fill_in(key, "decide", outcome="error").status_code == 303
    assert desk.board.newest(flags[0]).decision.outcome == "error"
    assert [event.act.kind for event in desk.board.history(key)] == ["decided", "undone", "decided"]


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({}, "outcome", "Choose what was found"),
        ({"outcome": "guilty"}, "outcome", "Choose what was found"),
        ({"outcome": "cleared"}, "reason", "Choose why nothing is wrong"),
        ({"outcome": "error", "flag": []}, "flag", "at least one flag"),
        ({"outcome": "error", "flag": ["0" * 32]}, "flag", "at least one flag"),
        ({"outcome": "error", "minutes": "half an hour"}, "minutes", "whole minutes"),
        ({"outcome": "error", "minutes": "9" * 5_000}, "minutes", "whole minutes"),
        ({"outcome": "error", "actual": "1.005"}, "actual", "Write pounds"),
        ({"outcome": "error", "estimate": "-1"}, "estimate", "Write pounds"),
        ({"outcome": "error", "notional": "NaN"}, "notional", "Write pounds"),
        ({"outcome": "error", "note": "x" * 2_001}, "note", "at most 2,000"),
        ({"outcome": "error", "note": "a\x00b"}, "note", "control characters"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field_and_stays_typed(
    someone: Someone, desk: Desk, typed: dict[str, object], field: str, words: str
) -> None:
    ben = someone("ben")
    key = ben.cases()[1]
    before = len(ledger(desk))
    done = ben.fill_in(key, "decide", **{"note": "Typed & kept", **typed})
    assert done.status_code == 400 and words in done.text and f'href="#{field}"' in done.text
    assert f'id="{field}-error"' in done.text
    if "note" not in typed:
        assert "Typed &amp; kept" in done.text
    assert not desk.board.history(key)
    assert {entry.action for entry in ledger(desk)[before:]} == {"record.viewed"}


def test_of_two_at_once_the_slower_keeps_what_was_typed(someone: Someone, desk: Desk) -> None:
    ada, ben = someone("ada"), someone("ben")
    key = ada.cases()[2]
    pages = {one: one.get(f"/case/{key}").text for one in (ada, ben)}
    assert ben.fill_in(key, "decide", page=pages[ben], outcome="error", note="Mine first").status_code == 303
    slow = ada.fill_in(
        key,
        "decide",
        page=pages[ada],
        outcome="cleared",
        reason="moved",
        note="Typed for long",
        actual="12.00",
    )
    assert slow.status_code == 409
    assert (
        "Somebody else was faster" in slow.text
        and "Typed for long" in slow.text
        and 'value="12.00"' in slow.text
    )
    assert "Mine first" in slow.text
    assert [event.act.actor for event in desk.board.history(key)] == ["ben"]
    again = ada.fill_in(
        key,
        "decide",
        page=slow.text,
        outcome="cleared",
        reason="moved",
        flag=desk.night.decidable(key, "cheltenham"),
    )
    assert again.status_code == 303


def test_a_form_sent_twice_is_kept_once(someone: Someone, desk: Desk) -> None:
    ada = someone("ada")
    key = ada.cases()[3]
    page = ada.get(f"/case/{key}").text
    for _ in range(3):
        assert ada.fill_in(key, "note", page=page, words="Rang twice").status_code == 303
    assert [event.act.note for event in desk.board.history(key)] == ["Rang twice"]


def test_a_decision_that_came_another_way_shows_at_once(someone: Someone, desk: Desk) -> None:
    from dataclasses import replace

    ada = someone("ada")
    key = ada.cases()[4]
    for number, seed in enumerate(desk.night.undecided(desk.night.decidable(key, "cheltenham"), desk.secret)):
        told = replace(seed, outcome="confirmed", decided_by="elsewhere")
        desk.log.store.record(told, key=f"elsewhere-{number}", recorded_at=desk.now(), supersedes=None)
    assert key not in ada.cases() and "by elsewhere" in ada.get(f"/case/{key}").text


def test_cases_are_taken_given_dated_and_found_again(someone: Someone, desk: Desk) -> None:
    ada, sue = someone("ada"), someone("sue")
    first, second = ada.cases()[5:7]
    assert ada.fill_in(first, "take").status_code == 303
    assert sue.fill_in(second, "give", to="ben").status_code == 303
    assert sue.fill_in(second, "day", on="2026-03-30").status_code == 303
    assert ada.cases("?whose=mine") == [first]
    assert second in ada.cases("?whose=others") and first not in ada.cases("?whose=others")
    assert ada.cases("?due=overdue") == [second] and ada.cases("?order=due")[0] == second
    assert someone("ben").cases("?whose=mine") == [second]
    assert not set(ada.cases("?whose=nobody")) & {first, second}
    assert ada.fill_in(first, "take", give_back="yes").status_code == 303
    assert ada.cases("?whose=mine") == []


def test_nobody_is_given_a_case_who_may_not_work_it(someone: Someone, desk: Desk) -> None:
    sue = someone("sue")
    key = sue.cases()[7]
    for to in ("cos", "ann", "nobody", "pat"):
        assert sue.fill_in(key, "give", to=to).status_code == 400
    assert sue.fill_in(key, "day", on="31/03/2026").status_code == 400
    assert not desk.board.history(key)


def test_who_declared_an_interest_works_the_case_no_more(someone: Someone, desk: Desk) -> None:
    ada = someone("ada")
    key = ada.cases()[8]
    page = ada.get(f"/case/{key}").text
    assert ada.fill_in(key, "note", words="My neighbour", interest="yes").status_code == 303
    for what, fields in (
        ("decide", {"outcome": "error"}),
        ("take", {}),
        ("state", {"state": "in_review"}),
        ("undo", {}),
    ):
        form = {"csrf": page.split('name="csrf" value="')[1].split('"')[0], "act": "0" * 32, "version": "1"}
        assert ada.send(f"/case/{key}/{what}", form | fields).status_code == 403, what
    assert [event.act.kind for event in desk.board.history(key)] == ["interest"]
    assert "somebody else works it" in ada.get(f"/case/{key}").text
    assert "act.refused" in {entry.action for entry in ledger(desk)}


def test_a_supervisor_with_an_interest_neither_gives_nor_dates_nor_notes(
    someone: Someone, desk: Desk
) -> None:
    sue = someone("sue")
    key = sue.cases()[-1]
    page = sue.get(f"/case/{key}").text
    assert sue.fill_in(key, "note", words="My neighbour", interest="yes").status_code == 303
    for what, fields in (
        ("give", {"to": "ada"}), ("day", {"on": "2026-05-01"}), ("note", {"words": "Leave him be"}),
        ("document", {"document": "CASES/1"}), ("note", {"words": "Again", "interest": "yes"}),
    ):  # fmt: skip
        form = {"csrf": page.split('name="csrf" value="')[1].split('"')[0], "act": "0" * 32, "version": "1"}
        assert sue.send(f"/case/{key}/{what}", form | fields).status_code == 403, what
    assert [event.act.kind for event in desk.board.history(key)] == ["interest"]


def test_a_colleague_does_not_take_back_what_another_decided_but_a_supervisor_may(
    someone: Someone, desk: Desk
) -> None:
    ada, ben, sue = someone("ada"), someone("ben"), someone("sue")
    key = ada.cases()[9]
    assert ada.fill_in(key, "decide", outcome="error").status_code == 303
    assert "Take back the decision" not in ben.get(f"/case/{key}").text
    page = ben.get(f"/case/{key}").text
    form = {"csrf": page.split('name="csrf" value="')[1].split('"')[0], "act": "1" * 32, "version": "1"}
    assert ben.send(f"/case/{key}/undo", form).status_code == 404
    assert sue.fill_in(key, "undo").status_code == 303


def test_the_way_leads_through_the_list_that_was_filtered(someone: Someone, desk: Desk) -> None:
    ada = someone("ada")
    worklist = desk.worklist(desk.accounts.find("ada"))
    rule = max(worklist.rules, key=lambda one: len(worklist._of_rule[one]))
    keys = ada.cases(f"?rule={rule}&order=value")
    assert len(keys) > 2 and all(rule in worklist.rows([worklist.place[key]])[0]["rules"] for key in keys)
    page = ada.get(f"/case/{keys[1]}?rule={rule}&order=value").text
    before, behind = (f'href="/case/{keys[place]}?rule={rule}&amp;order=value"' for place in (0, 2))
    assert f'rel="prev" data-key="p" {before}' in page and f'rel="next" data-key="n" {behind}' in page


def test_a_list_is_narrowed_down_to_the_other_council(someone: Someone, desk: Desk) -> None:
    ada, night = someone("ada"), desk.night
    worklist = desk.worklist(desk.accounts.find("ada"))
    parties = {
        key: {night.other_partner(flag, "cheltenham") for flag in night.flags_of[key]} - {None}
        for key in worklist.keys
    }
    assert len(worklist.others) > 1 and "Your records alone" in ada.get("/").text
    for other in worklist.others:
        found = ada.cases(f"?state=&other={other}")
        assert found == [key for key in worklist.keys if other in parties[key]][: len(found)] and found
    alone = ada.cases("?state=&other=-")
    assert alone == [key for key in worklist.keys if not parties[key]][: len(alone)] and alone
    assert ada.cases("?other=nobody") == []


def test_every_look_and_act_is_one_entry_of_the_ledger(someone: Someone, desk: Desk) -> None:
    ada = someone("ada")
    key = ada.cases()[10]
    before = len(ledger(desk))
    ada.cases()
    for _ in range(5):
        ada.get(f"/case/{key}")
    page = ada.get(f"/case/{key}").text
    ada.fill_in(key, "state", page=page, state="investigating")
    made = ledger(desk)[before:]
    assert [(entry.action, entry.actor, entry.object) for entry in made] == [
        *[("record.viewed", "ada", key)] * 6,
        ("case.worked", "ada", key),
    ]


def test_an_export_holds_what_the_filter_leaves_and_is_entered(someone: Someone, desk: Desk) -> None:
    sue = someone("sue")
    worklist = desk.worklist(desk.accounts.find("sue"))
    wanted = sue.cases("?least=10000&order=value")
    found = list(
        csv.DictReader(io.StringIO(sue.get("/cases.csv?least=10000&order=value").data.decode("utf-8-sig")))
    )
    assert [row["Case"] for row in found][: len(wanted)] == wanted and 0 < len(found) < len(worklist.keys)
    book = openpyxl.load_workbook(io.BytesIO(sue.get("/cases.xlsx?least=10000&order=value").data))
    rows = list(book.active.iter_rows(min_row=4, values_only=True))
    assert [row[1] for row in rows] == [row["Case"] for row in found]
    told = json.loads(sue.get("/cases.json?least=10000&order=value").data)
    assert [case["case_key"] for case in told["cases"]] == [row["Case"] for row in found]
    made = [entry for entry in ledger(desk) if entry.action == "report.exported"]
    assert [json.loads(entry.detail)["cases"] for entry in made] == [len(found)] * 3
    answer = sue.get("/cases.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert sue.get("/cases.exe").status_code == 404


def test_a_document_is_named_in_one_line_and_stays_elsewhere(someone: type[Person], desk: Desk) -> None:
    ada = someone("ada")
    key = ada.cases("?state=new")[0]
    for typed, said in (
        ("", "Write where the document is kept"),
        ("one\r\ntwo", "one line for one document"),
    ):
        answer = ada.fill_in(key, "document", document=typed)
        assert answer.status_code == 400 and said in answer.text
    assert ada.fill_in(key, "document", document="CASES/2026/0412").status_code == 303
    shown = ada.get(f"/case/{key}").text
    assert "named a document" in shown and "CASES/2026/0412" in shown
    assert desk.board.history(key)[-1].act.kind == "document"
    assert ada.get(f"/case/{key}").text.count('name="document"') == 1


def test_lists_with_names_lead_to_what_they_say(
    site_folder: Path, someone: Someone, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site_folder / "desk.toml").write_text(
        '[[view]]\nname = "Most at stake"\nshow = "?order=value&least=1000"\n[[view]]\nname = "All <b>open</b>"\nshow = ""\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(desk, "terms", read_terms(load_site(site_folder)))
    ada = someone("ada")
    page = ada.get("/").text
    assert 'href="/?least=1000&amp;order=value">Most at stake</a>' in page
    assert 'href="/" aria-current="page">All &lt;b&gt;open&lt;/b&gt;</a>' in page
    assert 'aria-current="page">Most at stake</a>' in ada.get("/?order=value&least=1000").text


@pytest.mark.parametrize(
    "show",
    [
        "page=2",
        "order=best of all",
        "least=-1",
        "rule=" + "x" * 41,
        "x=1",
        "//evil.example",
        "state=open&state=new",
    ],
)
def test_a_name_for_what_is_no_list_is_refused_with_what_to_do(site_folder: Path, show: str) -> None:
    (site_folder / "desk.toml").write_text(f'[[view]]\nname = "x"\nshow = "{show}"\n', encoding="utf-8")
    with pytest.raises(SiteError, match="copy what stands after"):
        read_terms(load_site(site_folder))

"""Rule files: every fault of every file at once; the lock; the commands."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from fraudmatch.cli.rules import command
from fraudmatch.errors import RuleFileError
from fraudmatch.scoring import load_library
from fraudmatch.scoring.drawn_facts import undrawn_facts
from fraudmatch.scoring.examples import try_examples
from fraudmatch.scoring.lock import check_lock, text_hash, write_lock
from fraudmatch.scoring.numbers import listed_numbers
from fraudmatch.shipped import shipped

RULE = """
id = "XX-TST-001"
title = "A drawn rule"
version = 1
status = "live"
owner = "tests"
service = "tests"
description = "Drawn for a test."
legal_basis = [{ title = "An Act" }]
innocent_explanations = ["None."]
next_step = "Look."
[pair]
left = "payroll"
right = "pension"
relation = "person"
[facts]
works = "left.running"
rich = "right.pension_annual_pence > param.plenty"
[reasons]
works = "in employment"
rich = "a large pension"
[flag]
when = "works and rich"
[points]
base = 10
rich = 5
[value]
notional = "value.case"
[show]
left = ["job_title"]
[review]
minutes = 30
[[example]]
name = "both"
left = { employment_start = 2020-01-01 }
right = { pension_annual_pence = 500 }
expect = { flagged = true, points = 15, value = { notional = 7 } }
[[example]]
name = "neither"
left = { employment_end = 2020-01-01 }
expect = { flagged = false }
"""
PARAMETERS = """
[plenty]
label = "Plenty"
unit = "pence"
basis = "design"
in_force = [{ from = 2000-01-01, value = 100, source = "drawn" }, { from = 2026-01-01, value = 200, source = "drawn" }]
"""
VALUES = """
[case]
label = "A case"
unit = "pence"
class = "notional"
basis = "published"
in_force = [{ from = 2000-01-01, value = 7, source = "a newspaper" }]
"""

Writer = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Writer:
    """Writes a rules folder; keyword arguments replace text in the rule."""

    def write(*replace: tuple[str, str], name: str = "rules") -> Path:
        text = RULE
        for old, new in replace:
            assert old in text
            text = text.replace(old, new)
        root = tmp_path / name
        for path, body in (
            ("tests/xx-tst-001.toml", text), ("parameters/p.toml", PARAMETERS), ("values/v.toml", VALUES),
        ):  # fmt: skip
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(body, encoding="utf-8")
        return root

    return write


def test_sound_folder_loads(folder: Writer) -> None:
    library = load_library([folder()])
    assert [rule.id for rule in library.rules] == ["XX-TST-001"]
    text = library.texts()["XX-TST-001"]
    assert text.legal_basis == (("An Act (to be verified)", ""),)
    assert text.show_left == ("job_title",) and text.right == "pension"
    assert [each.differences for each in try_examples(library)] == [(), ()]


def test_numbers_of_a_rule_are_told_as_in_force(folder: Writer) -> None:
    library = load_library([folder()])
    assert library.texts()["XX-TST-001"].numbers == ()
    for year, amount in ((2025, "£1.00"), (2026, "£2.00")):
        plenty, case = library.texts(dt.date(year, 6, 1))["XX-TST-001"].numbers
        assert (plenty.label, plenty.amount, plenty.standing) == ("Plenty", amount, "choice")
        assert (case.amount, case.source, case.standing) == ("£0.07", "a newspaper", "unverified")
    assert library.texts(dt.date(1999, 6, 1))["XX-TST-001"].numbers == ()


def test_a_source_that_was_read_is_not_called_unverified(folder: Writer) -> None:
    root = folder()
    path = root / "values" / "v.toml"
    path.write_text(path.read_text().replace('newspaper" }', 'newspaper", verified = true }'))
    standing = [n.standing for n in load_library([root]).texts(dt.date(2026, 1, 1))["XX-TST-001"].numbers]
    assert standing == ["choice", "verified"]


@pytest.mark.parametrize(
    ("path", "old", "new", "where", "what"),
    [
        ("values/v.toml", 'class = "notional"\n', "", "case.class", "a value says its class"),
        ("values/v.toml", '"notional"', '"national"', "case.class", "Input should be"),
        ("values/v.toml", '"notional"', '"estimate"', "value.notional", "value.case is estimate"),
        ("parameters/p.toml", "basis", 'class = "actual"\nbasis', "plenty.class", "no class"),
    ],
)
def test_the_class_of_an_amount_is_stated_and_kept(
    folder: Writer, path: str, old: str, new: str, where: str, what: str
) -> None:
    root = folder()
    (root / path).write_text((root / path).read_text().replace(old, new))
    with pytest.raises(RuleFileError) as refused:
        load_library([root])
    assert any(where in p.where and what in p.what for p in refused.value.problems), refused.value.problems


def test_all_numbers_are_listed_or_those_of_a_day(folder: Writer) -> None:
    library = load_library([folder()])
    numbers = (library.parameters, library.values)
    assert [n.amount for n in listed_numbers(*numbers)] == ["£1.00", "£2.00", "£0.07"]
    assert [n.amount for n in listed_numbers(*numbers, dt.date(2026, 1, 1))] == ["£2.00", "£0.07"]
    assert listed_numbers(*numbers, dt.date(1999, 1, 1)) == []


def test_parameter_follows_its_date(folder: Writer) -> None:
    library = load_library([folder()])
    assert library.constants(dt.date(2025, 12, 31))["param", "plenty"] == 100
    assert library.constants(dt.date(2026, 1, 1))["param", "plenty"] == 200
    assert ("param", "plenty") not in library.constants(dt.date(1999, 12, 31))


FAULTS = [
    (("title =", "tilte ="), "tilte", "there is no such key", "Did you mean title?"),
    (('owner = "tests"\n', ""), "owner", "this key is missing", ""),
    (('status = "live"', 'status = "on"'), "status", "Input should be 'draft'", ""),
    (("version = 1", 'version = "1"'), "version", "valid integer", ""),
    (('relation = "person"', 'relatoin = "person"'), "pair.relatoin", "no such key", "Did you mean relation?"),
    (('left = "payroll"', 'left = "payrol"'), "pair.left", "no data set payrol", "Did you mean payroll?"),
    (('relation = "person"', 'relation = "none"'), "pair.relation", "single records", ""),
    (('relation = "person"', 'relation = "payment"'), "pair.relation", "payments only", ""),
    (('"left.running"', '"left.runing"'), "facts.works", "no left.runing", "Did you mean left.running?"),
    (('"left.running"', '"left.employment_start"'), "facts.works", "yields a date, not yes or no", ""),
    (("param.plenty", "param.plentiful"), "facts.rich", "no param.plentiful", "param.plenty"),
    (("works and rich", "works and poor"), "flag.when", "there is no poor here", "Choose one of"),
    (("works and rich", "works or left.running"), "flag.when", "nothing is called left here", ""),
    (("works and rich", "rich"), "facts.works", "neither flag.when, flag.unless nor points", "Use it or remove it."),
    (('[points]', 'unless = ["rihc"]\n\n[points]'), "flag.unless", "there is no fact rihc", "Did you mean rich?"),
    (('[points]', 'unless = ["rich"]\n\n[points]'), "example", "no example shows that rich holds", "Draw one"),
    (('works = "in employment"\n', ""), "reasons.works", "no phrase", "Add one."),
    (("rich = 5", "riche = 5"), "points.riche", "no such fact", "Did you mean rich?"),
    (("rich = 5", "rich = 95"), "points", "come to 105", "100 or less"),
    (("base = 10\n", ""), "points", "come to 5", "Give a base"),
    (('notional = "value.case"', 'notional = "works"'), "value.notional", "there is no works here", ""),
    (('["job_title"]', '["job_titel"]'), "show.left", "no detail job_titel", "Did you mean job_title?"),
    (("pension_annual_pence = 500", "pension_anual = 5"), "example.0.right.pension_anual", "no such column", ""),
    (("{ employment_start = 2020-01-01 }", "{ employment_start = 1 }"), "example.0.left.employment_start", "not a date", ""),
    (("flagged = false", "flagged = true"), "example", "one way only", ""),
    (('id = "XX-TST-001"', 'id = "XX-TST-002"'), "id", "is called xx-tst-001.toml", "xx-tst-002.toml"),
    (('title = "A', 'title "A'), "", "not a TOML file", "Correct the line"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("replace", "where", "what", "remedy"), FAULTS, ids=[str(f[1]) + f[2] for f in FAULTS]
)
def test_fault_names_file_key_and_mend(
    folder: Writer, replace: tuple[str, str], where: str, what: str, remedy: str
) -> None:
    with pytest.raises(RuleFileError) as caught:
        load_library([folder(replace)])
    found = [p for p in caught.value.problems if p.where == where and what in p.what]
    assert found, str(caught.value)
    assert found[0].file == "rules/tests/xx-tst-001.toml"
    assert remedy in found[0].remedy


def test_all_faults_of_all_files_come_at_once(folder: Writer) -> None:
    root = folder(("title =", "tilte ="), ("left.running", "left.runing"))
    other = RULE.replace("XX-TST-001", "XX-TST-002").replace("left.running", "left.runing")
    (root / "tests/xx-tst-002.toml").write_text(other.replace("works and rich", "rich"), encoding="utf-8")
    (root / "values/w.toml").write_text(VALUES.replace("value = 7", "value = 7.5"), encoding="utf-8")
    with pytest.raises(RuleFileError) as caught:
        load_library([root])
    places = {(p.file.rsplit("/", 1)[1], p.where) for p in caught.value.problems}
    assert ("xx-tst-001.toml", "tilte") in places
    assert ("xx-tst-002.toml", "facts.works") in places
    assert ("w.toml", "case.in_force") in places and ("w.toml", "case") in places


def test_id_is_used_once_in_a_folder(folder: Writer) -> None:
    root = folder()
    (root / "more").mkdir()
    (root / "more/xx-tst-001.toml").write_text(RULE, encoding="utf-8")
    with pytest.raises(RuleFileError, match="has this id too"):
        load_library([root])


def test_later_folder_replaces_and_adds(folder: Writer) -> None:
    first = folder()
    second = folder(('title = "A drawn rule"', 'title = "Another"'), name="own")
    library = load_library([first, second, first / "absent"])
    assert [rule.file.title for rule in library.rules] == ["Another"]
    assert (
        len(load_library([shipped("rules"), second]).rules) == len(load_library([shipped("rules")]).rules) + 1
    )


def test_lock_holds_text_and_version(folder: Writer) -> None:
    root = folder()
    assert check_lock(root) == []
    write_lock(root)
    assert check_lock(root) == []
    folder(("Look.", "Look again."))
    [problem] = check_lock(root)
    assert "changed and is still version 1" in problem.what and "Raise it to 2" in problem.remedy
    with pytest.raises(RuleFileError, match="cannot be renewed"):
        write_lock(root)
    folder(("Look.", "Look again."), ("version = 1", "version = 2"))
    assert "older version" in check_lock(root)[0].what
    write_lock(root)
    folder()
    assert "Never go back" in check_lock(root)[0].remedy
    (root / "tests/xx-tst-001.toml").unlink()
    assert "has no file" in check_lock(root)[0].what


def test_draft_is_not_locked(folder: Writer) -> None:
    root = folder()
    write_lock(root)
    folder(('status = "live"', 'status = "draft"'))
    assert "has no file" in check_lock(root)[0].what
    (root / "lock.toml").write_text("", encoding="utf-8")
    assert check_lock(root) == []


def test_hash_does_not_see_line_ends(tmp_path: Path) -> None:
    one, other = tmp_path / "a.toml", tmp_path / "b.toml"
    one.write_bytes(b"a = 1\r\nb = 2  \r\n")
    other.write_bytes(b"a = 1\nb = 2\n\n")
    assert text_hash(one) == text_hash(other)


def test_an_example_or_a_review_needs_no_new_version(folder: Writer) -> None:
    root = folder()
    path = root / "tests" / "xx-tst-001.toml"
    text = path.read_text(encoding="utf-8")
    write_lock(root)
    more = text.replace(
        '[[example]]\nname = "both"',
        '[[example]]\nname = "third"\nexpect = { flagged = false }\n[[example]]\nname = "both"',
    )
    assert more != text
    path.write_text(more + "[review]\nminutes = 5\n", encoding="utf-8")
    assert text_hash(path) == locked_hash(root)
    path.write_text(more.replace("[points]\nbase = 10", "[points]\nbase = 11"), encoding="utf-8")
    assert [p.where for p in check_lock(root)] == ["version"]


def locked_hash(root: Path) -> str:
    return tomllib.loads((root / "lock.toml").read_text(encoding="utf-8"))["XX-TST-001"]["sha256"]


def test_a_lock_of_an_earlier_release_is_sound_and_written_anew(folder: Writer) -> None:
    root = folder()
    path, lock = root / "tests" / "xx-tst-001.toml", root / "lock.toml"
    whole = hashlib.sha256((path.read_text(encoding="utf-8").strip("\n") + "\n").encode()).hexdigest()
    path.write_text(path.read_text(encoding="utf-8").strip("\n") + "\n", encoding="utf-8")
    lock.write_text(f'[XX-TST-001]\nversion = 1\nsha256 = "{whole}"\n', encoding="utf-8")
    assert [p.remedy for p in check_lock(root)] == ["Run: fraudmatch rules lock"]
    write_lock(root)
    assert check_lock(root) == [] and locked_hash(root) != whole


def test_a_better_citation_needs_no_new_version(folder: Writer) -> None:
    root = folder()
    path = root / "tests" / "xx-tst-001.toml"
    write_lock(root)
    text = path.read_text(encoding="utf-8")
    one = 'legal_basis = [{ title = "An Act" }]'
    for cited in (
        'legal_basis = [{ title = "An Act, s.2", verified = true }]',
        'legal_basis = [\n  { title = "An Act" },\n  { title = "Another" },\n]',
    ):
        path.write_text(text.replace(one, cited), encoding="utf-8")
        assert text_hash(path) == locked_hash(root) and check_lock(root) == []
    path.write_text(
        text.replace(one, cited).replace('next_step = "Look."', 'next_step = "Ask."'), encoding="utf-8"
    )
    assert [p.where for p in check_lock(root)] == ["version"]


def test_a_lock_that_holds_the_law_is_written_anew(folder: Writer) -> None:
    root = folder()
    path, lock = root / "tests" / "xx-tst-001.toml", root / "lock.toml"
    before = path.read_text(encoding="utf-8").replace("[review]\nminutes = 30\n", "")
    held = before.split("[[example]]")[0].strip("\n") + "\n"
    path.write_text(before.strip("\n") + "\n", encoding="utf-8")
    digest = hashlib.sha256(held.encode()).hexdigest()
    lock.write_text(f'[XX-TST-001]\nversion = 1\nsha256 = "{digest}"\n', encoding="utf-8")
    assert [p.remedy for p in check_lock(root)] == ["Run: fraudmatch rules lock"]
    write_lock(root)
    assert check_lock(root) == [] and locked_hash(root) != digest


def test_a_live_rule_says_what_its_flags_are_worth(folder: Writer) -> None:
    silent = ("[review]\nminutes = 30\n", "")
    told = CliRunner().invoke(command, ["check", str(folder(silent))])
    assert told.exit_code == 2 and "xx-tst-001.toml: review: a live rule says" in told.output
    on_trial = CliRunner().invoke(command, ["check", str(folder(silent, ('"live"', '"trial"')))])
    assert on_trial.exit_code == 0


def test_every_fact_is_drawn_both_ways(folder: Writer) -> None:
    sound = load_library([folder()])
    assert undrawn_facts(sound) == []
    root = folder(
        ("employment_end = 2020-01-01", "employment_start = 2020-01-01"),
        ("[reasons]", 'old = "left.age > 65"\n[reasons]\nold = "over 65"'),
        ("[points]", "[points]\nold = 1"),
    )
    found = [(p.file, p.where, p.what) for p in undrawn_facts(load_library([root]))]
    file = "rules/tests/xx-tst-001.toml"
    assert found == [
        (file, "facts.works", "no example in which this fact is not true."),
        (file, "facts.old", "no example in which this fact is true."),
    ]
    (root / "lock.toml").write_text("[XX-TST-002]\nversion = 1\nsha256 = '0'\n", encoding="utf-8")
    told = CliRunner().invoke(command, ["check", str(root)])
    assert told.exit_code == 2
    assert all(word in told.output for word in ("facts.works", "facts.old", "XX-TST-002"))


def test_broken_lock_is_an_error(folder: Writer) -> None:
    root = folder()
    (root / "lock.toml").write_text("[XX-TST-001]\nversion = 'one'\n", encoding="utf-8")
    with pytest.raises(RuleFileError, match=r"rules/lock\.toml cannot be read"):
        check_lock(root)


def test_check_command(folder: Writer) -> None:
    good = CliRunner().invoke(command, ["check", str(folder())])
    assert good.exit_code == 0 and "nothing wrong" in good.output
    bad = CliRunner().invoke(command, ["check", str(folder(("title =", "tilte =")))])
    assert bad.exit_code == 2
    assert "FM113" in bad.stderr and "rules/tests/xx-tst-001.toml: tilte" in bad.stderr
    told = CliRunner().invoke(command, ["check", "--json", str(folder(("title =", "tilte =")))])
    assert told.exit_code == 2
    assert {p["where"] for p in json.loads(told.stdout)["problems"]} >= {"tilte", "title"}


def test_check_command_reads_a_site(folder: Writer, tmp_path: Path) -> None:
    folder(("left.running", "left.runing"))
    (tmp_path / "site.toml").write_text("", encoding="utf-8")
    assert CliRunner().invoke(command, ["check", str(tmp_path)]).exit_code == 2


def test_test_command(folder: Writer) -> None:
    good = CliRunner().invoke(command, ["test", str(folder())])
    assert good.exit_code == 0 and "XX-TST-001    2 of 2" in good.output
    root = folder(("points = 15", "points = 16"))
    bad = CliRunner().invoke(command, ["test", str(root)])
    assert bad.exit_code == 1 and "both: 15 points, not 16" in bad.output
    told = json.loads(CliRunner().invoke(command, ["test", "--json", str(root)]).stdout)
    assert told["failed"] == 1


def test_example_that_differs_names_its_facts(folder: Writer) -> None:
    root = folder(("pension_annual_pence = 500", "pension_annual_pence = 50"))
    [differences] = [each.differences for each in try_examples(load_library([root])) if each.differences]
    assert differences == ("not flagged: works true, rich false",)


def test_list_and_lock_commands(folder: Writer) -> None:
    root = folder()
    rows = json.loads(CliRunner().invoke(command, ["list", "--json", str(root)]).stdout)
    assert [row["id"] for row in rows if row["id"].startswith("XX")] == ["XX-TST-001"]
    assert "XX-TST-001" in CliRunner().invoke(command, ["list", str(root)]).output
    assert CliRunner().invoke(command, ["lock", str(root)]).exit_code == 0
    assert "[XX-TST-001]" in (root / "lock.toml").read_text(encoding="utf-8")


def test_numbers_command(folder: Writer) -> None:
    told = CliRunner().invoke(command, ["numbers", str(folder()), "--as-at", "2025-01-01"])
    assert told.exit_code == 0
    assert "A case: £0.07 (published, to be verified)" in told.output
    assert "Plenty: £1.00 (a choice of this library)" in told.output and "£2.00" not in told.output
    listed = json.loads(CliRunner().invoke(command, ["numbers", str(folder()), "--json"]).output)
    assert {"name", "amount", "source", "standing", "starts"} <= set(listed[0])
    refused = CliRunner().invoke(command, ["numbers", "--as-at", "spring"])
    assert refused.exit_code == 2 and "is not a day" in refused.output

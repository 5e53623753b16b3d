"""The manual and the guide: held to the rule files; the worked rule of the guide comes out as told."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from fraudmatch.cli.rules import command
from fraudmatch.rulebook.manual import manual, rule_page
from fraudmatch.rulebook.words import amount, cell, sentence
from fraudmatch.scoring import load_library
from fraudmatch.shipped import shipped

DOCS = Path(__file__).parents[3] / "docs"
LIBRARY = load_library([shipped("rules")])


def test_manual_in_docs_is_that_of_the_library() -> None:
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == manual(LIBRARY), (
        "run: fraudmatch rules docs --out docs/rules.md"
    )


@pytest.mark.parametrize("rule", LIBRARY.rules, ids=lambda rule: rule.id)
def test_page_holds_all_a_rule_says(rule) -> None:  # type: ignore[no-untyped-def]
    page = "\n".join(rule_page(rule, LIBRARY))
    file = rule.file
    for text in (file.title, file.description.strip(), file.next_step, *file.innocent_explanations):
        assert text in page
    for name, expression in file.facts.items():
        assert f"(`{name}`)" in page and f"`{' '.join(expression.split())}`" in page
    for example in file.example:
        assert f"| {example.name} |" in page.replace("\\|", "|")
    for law in file.legal_basis:
        line = next(line for line in page.splitlines() if line.startswith("- ") and law.title in line)
        assert line.endswith("(to be verified)") is not law.verified


def test_links_of_the_index_lead_somewhere() -> None:
    text = manual(LIBRARY)
    assert set(re.findall(r"\(#([a-z0-9-]+)\)", text)) == set(re.findall(r'<a id="([a-z0-9-]+)">', text))


def test_sentences_leave_quoted_text_and_unknown_names_alone() -> None:
    said = sentence("not a and (b or kind = 'a and b')", {"a": "first", "b": "second"})
    assert said == "**not** “first” **and** (“second” **or** kind = 'a and b')"


def test_numbers_carry_their_unit() -> None:
    assert amount(289900, "pence") == "£2,899.00" and amount(0.15, "probability") == "0.15 probability"
    assert cell("gross_pence", 120000) == "gross £1,200.00" and cell("survivor", False) == "survivor: no"


def test_check_fails_when_a_rule_changed_and_says_what_to_run(tmp_path: Path) -> None:
    stale = tmp_path / "rules.md"
    runner = CliRunner()
    assert runner.invoke(command, ["docs", "--check", "--out", str(stale)]).exit_code == 1
    assert runner.invoke(command, ["docs", "--out", str(stale)]).exit_code == 0
    assert runner.invoke(command, ["docs", "--check", "--out", str(stale)]).exit_code == 0
    stale.write_text(stale.read_text(encoding="utf-8").replace("twelve", "a dozen") + "\n", encoding="utf-8")
    done = runner.invoke(command, ["docs", "--check", "--out", str(stale)])
    assert done.exit_code == 1 and "fraudmatch rules docs --out" in done.output


def test_one_page_is_found_in_small_letters_and_a_wrong_id_gets_the_nearest() -> None:
    from fraudmatch.errors import RuleFileError

    done = CliRunner().invoke(command, ["docs", "--rule", "fm-ct-001"])
    assert done.output.startswith("### FM-CT-001 · ")
    missed = CliRunner().invoke(command, ["docs", "--rule", "FM-CT-0001"])
    assert (
        isinstance(missed.exception, RuleFileError) and "Did you mean FM-CT-001?" in missed.exception.remedy
    )


def test_worked_rule_of_the_guide_passes_check_and_test(tmp_path: Path) -> None:
    guide = (DOCS / "writing-a-rule.md").read_text(encoding="utf-8")
    start = guide.index('id = "FM-XX-001"')
    folder = tmp_path / "drafts"
    folder.mkdir()
    text = guide[start : guide.index("```", start)]
    (folder / "fm-xx-001.toml").write_text(text, encoding="utf-8")
    assert CliRunner().invoke(command, ["check", str(folder)]).exit_code == 0
    done = CliRunner().invoke(command, ["test", str(folder), "--rule", "FM-XX-001"])
    assert done.exit_code == 0 and "6 of 6" in done.output
    shutil.rmtree(folder)

"""A started rule: blank words are named, and once they are filled it passes check and its examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudmatch.errors import RuleFileError
from fraudmatch.rulebook.checking import checked
from fraudmatch.rulebook.outline import RELATIONS, outline
from fraudmatch.rulebook.outline_file import write_outline
from fraudmatch.rulebook.outline_group import SHARED
from fraudmatch.schemas import DATASETS
from fraudmatch.scoring import load_library
from fraudmatch.scoring.examples import try_examples
from fraudmatch.shipped import shipped

LIBRARY = load_library([shipped("rules")])
PAIRS = [("payment", "payment", "payment"), ("payroll", None, "none"), ("deaths", None, "none")]
PAIRS += [
    (left, right, relation)
    for relation in RELATIONS
    if relation != "payment"
    for left, right in (("council_tax", "permit"), ("creditor", "payroll"), ("deaths", "right_to_buy"))
]
PAIRS += [(name, "electoral_register", "property") for name in sorted(DATASETS)]
PAIRS += [(name, None, "none") for name in ("payment", "licence", "waiting_list")]


@pytest.mark.parametrize(("left", "right", "relation"), PAIRS)
def test_started_rule_works_once_its_words_are_filled(
    tmp_path: Path, left: str, right: str | None, relation: str
) -> None:
    text = outline("FM-XX-001", left, right, relation, LIBRARY)
    filled = text.replace('href = ""', "href = '-'").replace('""', '"x"').replace("href = '-'", 'href = ""')
    (tmp_path / "fm-xx-001.toml").write_text(filled, encoding="utf-8")
    library = load_library([shipped("rules"), tmp_path])
    tried = [one for one in try_examples(library) if one.rule_id == "FM-XX-001"]
    assert len(tried) >= 2 and [one.differences for one in tried if one.differences] == []
    rule = library.rule("FM-XX-001")
    assert rule is not None and rule.file.status == "draft"


def test_check_names_every_blank(tmp_path: Path) -> None:
    write_outline("FM-XX-001", tmp_path, "council_tax", "permit", "property")
    with pytest.raises(RuleFileError) as caught:
        load_library([shipped("rules"), tmp_path])
    blank = {problem.where for problem in caught.value.problems if problem.what == "this is still blank."}
    assert blank == {"title", "description", "next_step", "legal_basis.0.title", "innocent_explanations.0"}


def test_all_faults_of_the_request_at_once_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(RuleFileError) as caught:
        write_outline("FM-CT-001", tmp_path / "drafts", "council_taxes", "permits", "")
    text = str(caught.value)
    for words in (
        "FM-CT-001 is taken",
        "The next free one is FM-CT-",
        "Did you mean council_tax?",
        "permit",
        "--relation",
    ):
        assert words in text
    assert not (tmp_path / "drafts").exists()


def test_an_existing_file_is_not_written_over(tmp_path: Path) -> None:
    path = write_outline("FM-XX-001", tmp_path, "payroll", None, "none")
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(RuleFileError, match="not started"):
        write_outline("FM-XX-001", tmp_path, "payroll", None, "none")
    assert path.read_text(encoding="utf-8") == "mine"


def test_in_a_site_it_joins_the_rules_of_the_site(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text("", encoding="utf-8")
    assert write_outline("FM-XX-001", tmp_path, "payroll", None, "none").parent == tmp_path / "rules"


def test_registers_of_names_and_addresses_ask_for_another_record_of_the_person() -> None:
    weak = outline("FM-XX-001", "blue_badge", "electoral_register", "person", LIBRARY)
    assert 'well_identified = "pair.identity_confirmed"' in weak
    strong = outline("FM-XX-001", "blue_badge", "council_tax_reduction", "person", LIBRARY)
    assert "pair.same_date_of_birth" in strong and "identity_confirmed" not in strong


def test_running_asks_for_the_status_where_there_is_one() -> None:
    text = outline("FM-XX-001", "licence", "council_tax_reduction", "person", LIBRARY)
    assert "running = \"left.running and left.licence_status = 'live' and right.running\"" in text
    assert 'name = "the first is revoked"' in text


def test_single_payments_begin_with_an_amount_in_pence() -> None:
    text = outline("FM-XX-001", "payment", None, "none", LIBRARY)
    assert 'large = "left.gross_pence >= 500000"' in text
    assert 'owner = ""' not in text and 'service = ""' not in text


@pytest.mark.parametrize(
    ("of", "by"), [("council_tax", by) for by in SHARED] + [("payment", "account"), ("licence", "phone")]
)
def test_a_started_rule_about_groups_works_once_its_words_are_filled(
    tmp_path: Path, of: str, by: str
) -> None:
    path = write_outline("FM-XX-001", tmp_path, of, None, "group", by)
    text = path.read_text(encoding="utf-8").replace('href = ""', "href = '-'")
    path.write_text(text.replace('""', '"x"').replace("href = '-'", 'href = ""'), encoding="utf-8")
    library = checked([shipped("rules"), tmp_path])
    tried = [one for one in try_examples(library) if one.rule_id == "FM-XX-001"]
    assert len(tried) == 3 and [one.differences for one in tried if one.differences] == []


def test_a_group_is_of_one_data_set_and_says_what_it_shares(tmp_path: Path) -> None:
    for right, relation, by, words in (
        ("permit", "group", None, ("--right: a group is of one data set", "--by: a group needs")),
        (None, "none", "property", ("--by: only groups share something",)),
    ):
        with pytest.raises(RuleFileError) as caught:
            write_outline("FM-XX-001", tmp_path, "council_tax", right, relation, by)
        assert all(word in str(caught.value) for word in words)

"""`fraudmatch evaluate` on a link folder: page, errors, review sample and what it says."""

from __future__ import annotations

import csv
import json
import shlex
import shutil
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from fraudmatch.cli.evaluate import command
from fraudmatch.cli.explain import command as explain_command
from fraudmatch.cli.link import command as link_command

MAPPING = """
dataset = "person"
[file]
pattern = "*.csv"
format = "delimited"
encoding = ["utf-8"]
delimiter = ","
date_formats = ["%d/%m/%Y"]
[fields]
source_ref = "ref"
forename = "first"
surname = "last"
date_of_birth = "born"
address = "address"
postcode = "postcode"
"""
# a1-b1 and a2-b2 are links; a3-b3 shares no key; a4-b4 looks the same and is somebody else;
# a5-b5 meets by name and date but weighs too little.
LEFT = """ref,first,last,born,address,postcode
a1,Peregrine,Ashmole,03/04/1971,1 Quince Lane,GL50 1AA
a2,Dorothea,Brackley,19/11/1960,7 Quince Lane,GL50 1AA
a3,Rufus,Cattermole,,9 Medlar Road,OX18 2BB
=a4,Hesper,Dunnock,07/08/1980,3 Bullace Way,OX18 2BC
a5,Jane,Smith,,5 Sloe Close,GL51 1AB
"""
RIGHT = """ref,first,last,born,address,postcode
b1,Peregrine,Ashmole,03/04/1971,1 Quince Ln,GL50 1AA
b2,Dorothea,Brackley,19/11/1960,7 Quince Lane,GL50 1AA
b3,Roo,Katermol,01/02/1950,22 Sorrel Way,OX28 4DD
b4,Hesper,Dunnock,07/08/1980,3 Bullace Way,OX18 2BC
b5,Jane,Smith,,80 Damson Street,YO1 7HH
"""
TRUTH = "left_ref,right_ref\na1,b1\na2,b2\na3,b3\na5,b5\na9,b9\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("evaluate")
    for name, text in (("l.csv", LEFT), ("r.csv", RIGHT), ("m.toml", MAPPING), ("truth.csv", TRUTH)):
        (made / name).write_text(text, encoding="utf-8")
    done = CliRunner().invoke(
        link_command,
        [str(made / "l.csv"), str(made / "r.csv"), "--mapping", str(made / "m.toml"), "--out", str(made / "linked"), "-q"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return made


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(command, [str(one) for one in arguments])
    if done.exit_code and done.exception and not isinstance(done.exception, SystemExit):
        return 1, done.stdout, str(done.exception)
    return done.exit_code, done.stdout, done.stderr


class Page(HTMLParser):
    """The words of a page, by tag."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_shows_curves_tables_and_each_error_in_its_place(folder: Path) -> None:
    code, text, err = run(
        folder / "linked", "--truth", folder / "truth.csv", "--out", folder / "out", "-q", "--floor", "-30"
    )
    assert code == 0, err
    html = (folder / "out" / "evaluation.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(html)
    assert page.tags.count("svg") == 3 and "script" not in page.tags and "link" not in page.tags
    words = " ".join(page.words)
    false, below, never = (
        words.index(h) for h in ("False links", "Missed: compared, no link", "Missed: never compared")
    )
    assert false < words.index("=a4") < below < words.index("a5") < never < words.index("a3")
    assert "True pairs with a reference that no record has: 1." in words
    assert "threshold" in text and "false link:" in text and "missed: never compared:" in text
    for picture in html.split("<svg")[1:]:
        drawn = ElementTree.fromstring("<svg" + picture.split("</svg>")[0] + "</svg>")
        assert drawn.find("{http://www.w3.org/2000/svg}title") is not None


def test_the_command_beside_the_errors_explains_the_pair(folder: Path) -> None:
    code, text, err = run(
        folder / "linked", "--truth", folder / "truth.csv", "--out", folder / "why", "-q", "--json"
    )
    assert code == 0, err
    for one in json.loads(text)["worst"]:
        words = shlex.split(one["explain"])
        assert words[:3] == ["fraudmatch", "explain", str(folder / "linked")]
        done = CliRunner().invoke(explain_command, words[2:])
        assert done.exit_code == 0, done.output
        assert f"Match weight {one['weight']:+.3f}" in done.output


def test_errors_are_a_csv_without_values_or_formulas(folder: Path) -> None:
    run(folder / "linked", "--truth", folder / "truth.csv", "--out", folder / "csv", "-q", "--floor", "-30")
    text = (folder / "csv" / "errors.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["error"], row["left_ref"], row["right_ref"]) for row in rows] == [
        ("false link", "'=a4", "b4"), ("missed: compared, no link", "a5", "b5"), ("missed: never compared", "a3", "b3"),
    ]  # fmt: skip
    assert rows[1]["surname_level"] == "same" and rows[1]["date_of_birth_level"] == ""
    assert "Dunnock" not in text and "DUNNOCK" not in text


def test_the_same_folder_gives_the_same_page(folder: Path) -> None:
    for name in ("once", "twice"):
        assert (
            run(
                folder / "linked" / "links.parquet",
                "--truth",
                folder / "truth.csv",
                "--out",
                folder / name,
                "-q",
            )[0]
            == 0
        )
    assert (folder / "once/evaluation.html").read_bytes() == (folder / "twice/evaluation.html").read_bytes()


def test_json_holds_what_the_page_shows(folder: Path) -> None:
    code, text, _ = run(
        folder / "linked", "--truth", folder / "truth.csv", "--out", folder / "j", "--json", "-q"
    )
    found = json.loads(text)
    assert (
        code == 0 and found["true_pairs"] == 5 and found["correct_pairs"] == 2 and found["found_pairs"] == 3
    )
    at = {one["threshold"]: one for one in found["thresholds"]}
    assert at[0.0]["links"] == 3 and at[0.0]["recall"] == 0.4
    assert [one["kind"] for one in found["worst"]][-1] == "missed: never compared"


def test_a_review_is_planned_decided_and_turned_into_figures(folder: Path) -> None:
    sample = folder / "sample.csv"
    code, text, err = run(folder / "linked", "--plan-review", "50", "--out", sample, "--floor", "-30", "-q")
    assert code == 0, err
    assert "4 of 4 pairs" in text and f"fraudmatch evaluate --reviewed {sample}" in text
    with sample.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0])[:4] == ["outcome", "note", "left_ref", "right_ref"]
    assert (
        "match_weight" not in rows[0]
        and "name_as_written (left)" in rows[0]
        and not {"surname (left)", "party (left)", "source_row (right)"} & set(rows[0])
    )
    code, text, _ = run("--reviewed", sample)
    assert code == 0 and "4 rows have no outcome yet" in text and "nobody decided" in text
    answers = {"a1": "same", "a2": " Same ", "'=a4": "different", "a5": "same"}
    for row in rows:
        row["outcome"] = answers[row["left_ref"]]
    decided = folder / "decided.csv"
    with decided.open("w", encoding="utf-8", newline="") as lines:
        out = csv.DictWriter(lines, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    code, text, _ = run("--reviewed", decided)
    assert code == 0 and "precision  0.6667  (0.6667 to 0.6667)" in text
    assert (
        "recall     0.6667  (0.6667 to 0.6667)  of the true pairs among those compared that weigh -30 bits or more"
        in text
    )


def test_answers_that_are_none_are_all_named(folder: Path) -> None:
    broken = folder / "broken.csv"
    plan = "stratum 5: linked 1, pairs 10, stated 0.900000, floor -10, threshold 0"
    broken.write_text(f'outcome,plan (leave as it is)\nyes,"{plan}"\nsame,"{plan}"\nno,"{plan}"\n')
    code, _, err = run("--reviewed", broken)
    assert (
        code
        and "row 2" in err
        and "'yes'" in err
        and "row 4" in err
        and "same, different, cannot tell" in err
    )
    broken.write_text("outcome,plan (leave as it is)\nsame,stratum 5\n")
    code, _, err = run("--reviewed", broken)
    assert code and "row 2" in err and "drawn again" in err
    broken.write_text("a,b\n1,2\n")
    assert "lacks the columns" in run("--reviewed", broken)[2]


def test_pairs_nobody_could_tell_are_bounds(folder: Path) -> None:
    unsure = folder / "unsure.csv"
    plan = '"stratum 5: linked 1, pairs 1000, stated 0.900000, floor -10, threshold 0"'
    unsure.write_text("outcome,plan (leave as it is)\n" + f"same,{plan}\n" * 8 + f"cannot tell,{plan}\n" * 2)
    code, text, _ = run("--reviewed", unsure)
    assert code == 0 and "precision  1.0000" in text and "between 0.8000 and 1.0000" in text


def test_usage(folder: Path) -> None:
    assert "Name the folder" in run()[2]
    assert "--plan-review" in run(folder / "linked")[2]
    (folder / "there.csv").write_text("x")
    assert "exists" in run(folder / "linked", "--plan-review", "5", "--out", folder / "there.csv")[2]


def test_pairs_held_back_are_no_links_though_they_weigh_enough(folder: Path) -> None:
    """As one-to-one and decisions do: links.parquet lacks a pair that reaches the threshold."""
    held = folder / "held"
    shutil.copytree(folder / "linked", held)
    links = pq.read_table(held / "links.parquet")
    pq.write_table(links.filter(pc.not_equal(links["left_ref"], "a1")), held / "links.parquet")
    code, text, err = run(held, "--truth", folder / "truth.csv", "--out", folder / "held_out", "-q")
    assert code == 0, err
    assert "a1 b1" in text.split("missed: compared, no link:")[1]
    html = (folder / "held_out" / "evaluation.html").read_text(encoding="utf-8")
    assert "2 links, of which 1 are not true" in html and "somebody decided so: 1;" in html

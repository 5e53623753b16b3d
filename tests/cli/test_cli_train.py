"""`fraudmatch train` as an analyst uses it: files in, a model and a table out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from fraudmatch.cli.train import command
from fraudmatch.linkage import load_model
from fraudmatch.linkage.size import sized

MAPPING = """
dataset = "person"
[file]
pattern = "*.csv"
format = "delimited"
encoding = ["utf-8"]
delimiter = ","
date_formats = ["%Y-%m-%d"]
[fields]
source_ref = "ref"
forename = "first"
surname = "last"
date_of_birth = "born"
postcode = "postcode"
"""
SHIPPED = load_model("person")
PARTS = ("an", "bel", "cor", "dun", "el", "fen", "gar", "hol", "in", "jas", "kem", "lor")


def people(path: Path, seed: int) -> None:
    """400 invented people; the file of seed 2 holds 200 of them with errors, and 200 others."""
    rng, errors = np.random.default_rng(1), np.random.default_rng(seed)
    with path.open("w", encoding="utf-8", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(["ref", "first", "last", "born", "postcode"])
        for number in range(600):
            first = "".join(rng.choice(PARTS, 2)).title()
            last = "".join(rng.choice(PARTS, 3)).title()
            born = f"{rng.integers(1940, 2000)}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}"
            code = f"GL{rng.integers(50, 57)} {rng.integers(1, 10)}A{'ABDEFGHJ'[rng.integers(8)]}"
            if (seed == 1 and number >= 400) or (seed == 2 and number < 200):
                continue
            if seed == 2:
                first = "Zed" if errors.random() < 0.2 else first
                code = "GL50 9ZZ" if errors.random() < 0.4 else code
            out.writerow([f"r{number}", first, last, born, code])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("train")
    people(made / "l.csv", 1)
    people(made / "r.csv", 2)
    (made / "m.toml").write_text(MAPPING, encoding="utf-8")
    return made


def run(folder: Path, *more: str) -> tuple[int, str, str]:
    arguments = [str(folder / "l.csv"), str(folder / "r.csv"), "--mapping", str(folder / "m.toml"),
                 "--pairs", "20000", "--random-pairs", "50000", *more]  # fmt: skip
    done = CliRunner().invoke(command, arguments, catch_exceptions=True)
    return done.exit_code, done.stdout, done.stderr


def test_two_files_give_a_new_model_and_a_table(folder: Path) -> None:
    out = folder / "mine.toml"
    code, text, _ = run(folder, "--out", str(out), "-q")
    assert code == 0
    for words in (
        f"prior {SHIPPED.prior:g} -> ",
        "surname",
        "learnt",
        "Mind:",
        "no pair has values of nino",
    ):
        assert words in text
    assert f"Written: {out} (person_v2)" in text
    model, written = load_model(out), out.read_text(encoding="utf-8")
    assert model.id == "person_v2" and -11 < sized(model, 400, 400).prior < -8
    assert written.startswith(
        "# person, fitted by `fraudmatch train` to 800 records, beginning with person_v1."
    )
    assert "not fitted" not in written
    assert "# Twins: same home" in written  # what was said about the givens stays
    postcode = model.comparison[model.position("address")]
    assert 0.25 < postcode.levels[-1].m < 0.5  # four in ten moved


def test_the_same_files_give_the_same_bytes(folder: Path) -> None:
    for name in ("one", "two"):
        assert run(folder, "--out", str(folder / f"{name}.toml"), "-q")[0] == 0
    assert (folder / "one.toml").read_bytes() == (folder / "two.toml").read_bytes()


def test_json_holds_every_level_and_the_prior_can_stay(folder: Path) -> None:
    code, text, _ = run(folder, "--out", str(folder / "json.toml"), "--keep-prior", "--json", "-q")
    document = json.loads(text)
    assert code == 0 and document["new_prior"] == SHIPPED.prior == load_model(folder / "json.toml").prior
    assert {one["comparison"] for one in document["levels"]} >= {"nino", "surname", "date_of_birth"}
    assert document["converged"] and len(document["passes"]) == len(load_model("person").passes)


def test_a_model_is_never_written_over(folder: Path) -> None:
    (folder / "there.toml").write_text("x")
    code, _, err = run(folder, "--out", str(folder / "there.toml"))
    assert code == 2 and "exists" in err and (folder / "there.toml").read_text() == "x"
    code, _, err = run(folder, "--out", str(folder / "model.txt"))
    assert code == 2 and ".toml" in err

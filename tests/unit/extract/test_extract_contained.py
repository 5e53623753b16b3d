"""Files that break the program that reads them: each for itself, the others load."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fraudmatch.containment import Pool
from fraudmatch.errors import ConservationError, SiteError
from fraudmatch.extract import Extracted, extract, side_by_side
from fraudmatch.site import load_site

MAPPING = """
dataset = "council_tax"
file = { pattern = "tax*", format = "delimited" }
fields = { source_ref = "Ref", surname = "Surname" }
"""
CONTENT = "Ref,Surname\n1,Testa\n2,Testb\n"
Made = Callable[..., Extracted]


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """Workers that break at the word of a file's name."""
    paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    one = Pool("breaking:answer")
    monkeypatch.setattr(side_by_side, "READERS", one)
    yield one
    one.close()


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Extract a site of two partners; the first has a file of each name, the second one sound file."""

    def make(*names: str, limits: str = "", content: str = CONTENT) -> Extracted:
        for partner in ("avon", "brent"):
            for folder in ("partners", "deliveries"):
                (tmp_path / folder / partner).mkdir(parents=True, exist_ok=True)
            (tmp_path / "partners" / partner / "tax.toml").write_text(MAPPING)
        partners = "".join(f'[[partner]]\nid = "{name}"\nname = "{name}"\n' for name in ("avon", "brent"))
        (tmp_path / "site.toml").write_text(f'name = "T"\n[limits]\n{limits}\n{partners}')
        for name in names:
            (tmp_path / "deliveries/avon" / name).write_text(content)
        (tmp_path / "deliveries/brent/tax.csv").write_text(CONTENT)
        return extract(load_site(tmp_path))

    return make


def states(found: Extracted) -> dict[str, str]:
    return {f"{row['partner']}/{row['file']}": row["state"] for row in found.deliveries.to_pylist()}


def faults(found: Extracted) -> list[tuple[Any, ...]]:
    return [(row["file"], row["reason"], row["detail"]) for row in found.rejects.to_pylist()]


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_a_worker_killed_amid_a_file_costs_that_file_alone(pool: Pool, made: Made, tmp_path: Path) -> None:
    found = made("tax_1.csv", "tax_segv.csv", "tax_z.csv")
    assert states(found) == {
        "avon/tax_1.csv": "loaded", "avon/tax_segv.csv": "refused", "avon/tax_z.csv": "loaded",
        "brent/tax.csv": "loaded",
    }  # fmt: skip
    assert faults(found) == [("tax_segv.csv", "PARSER_CRASHED", "SIGSEGV")]
    assert found.received["council_tax"].num_rows == 6
    assert [file.delivery["file"][0].as_py() for file in found.files] == [
        "tax_1.csv", "tax_segv.csv", "tax_z.csv", "tax.csv",
    ]  # fmt: skip
    # The file is known by its content all the same, and nothing is left in the site.
    assert all(len(file.delivery["delivery"][0].as_py()) == 64 for file in found.files)
    assert not (tmp_path / ".reading").exists()


@pytest.mark.skipif(os.name != "posix", reason="limits of the system are POSIX")
@pytest.mark.parametrize(
    ("name", "limits", "detail"),
    [
        ("tax_memory.csv", "", "more than 6144 MB of memory"),
        ("tax_cpu.csv", "cpu_seconds = 1", "more than 1 seconds of processor time"),
        ("tax_wall.csv", "wall_seconds = 1", "more than 1 seconds"),
    ],
)
def test_a_file_that_takes_too_much_is_refused_alone(
    pool: Pool, made: Made, name: str, limits: str, detail: str
) -> None:
    found = made(name, limits=limits)
    assert faults(found) == [(name, "PARSER_LIMIT", detail)]
    assert states(found)["brent/tax.csv"] == "loaded"


def test_an_error_of_ours_while_reading_names_its_kind_and_no_value(pool: Pool, made: Made) -> None:
    assert faults(made("tax_raises.csv")) == [
        ("tax_raises.csv", "PARSER_CRASHED", "it raised ZeroDivisionError")
    ]


def test_a_lost_row_stops_the_night(pool: Pool, made: Made) -> None:
    with pytest.raises(ConservationError, match="A row was lost") as error:
        made("tax_loses.csv")
    assert error.value.remedy == "Report it."


def test_a_worker_that_lies_is_not_believed(pool: Pool, made: Made) -> None:
    found = made("tax_lies.csv")
    assert faults(found) == [("tax_lies.csv", "PARSER_CRASHED", "what it handed over cannot be")]
    assert set(found.received["council_tax"]["partner"].to_pylist()) == {"brent"}


@pytest.mark.parametrize(("more", "state"), [(0, "loaded"), (1, "refused")])
def test_a_file_too_large_is_not_opened(made: Made, more: int, state: str) -> None:
    size = (1 << 20) + more
    lines = (f"{number:06d},Testc\n" for number in range(size // 13 + 1))
    content = (CONTENT + "".join(lines))[: size - 11] + "\n8,Testdddd"
    found = made("tax.csv", limits="file_mb = 1", content=content)
    assert states(found) == {"avon/tax.csv": state, "brent/tax.csv": "loaded"}
    if more:
        assert faults(found) == [("tax.csv", "FILE_TOO_LARGE", "1,048,577 bytes; at most 1 MB are read")]


def test_what_an_interrupted_run_left_is_swept(made: Made, tmp_path: Path) -> None:
    left = tmp_path / ".reading/999999999-1"
    left.mkdir(parents=True)
    (left / "0.received.arrow").write_text("left")
    made()
    assert not (tmp_path / ".reading").exists()


@pytest.mark.parametrize("limits", ["memory_mb = 0", "cpu_seconds = 1.5", "more = 1", 'file_mb = "x"'])
def test_wrong_limits_are_faults_of_the_site(made: Made, limits: str) -> None:
    with pytest.raises(SiteError, match="limits"):
        made(limits=limits)


def test_a_link_out_of_the_folder_is_not_followed(made: Made, tmp_path: Path) -> None:
    made()
    (tmp_path / "deliveries/avon/tax_link.csv").symlink_to(tmp_path / "deliveries/brent/tax.csv")
    assert faults(made()) == [
        ("tax_link.csv", "FILE_UNREADABLE", "it is a link to a place outside the partner's folder")
    ]

"""The small parts of the generator: streams, words, formats, errors, styles, layouts, mappings."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.errors import FraudmatchError
from fraudmatch.extract import load_mapping
from fraudmatch.sample import firms, formats, identifiers, misspell, name_styles, names, records_work
from fraudmatch.sample.address_styles import address_lines, address_parts
from fraudmatch.sample.layouts import extracts
from fraudmatch.sample.mappings import mapping_text
from fraudmatch.sample.plant import Plan
from fraudmatch.sample.streams import NULL, Streams, between, day, draw
from fraudmatch.sample.word_lists import rows, unpack
from fraudmatch.sample.words import Words

NINO = re.compile(r"^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$")
POSTCODE = re.compile(r"^(GL([5][0-6]|1[4-9]|20|7|8)|OX(18|28|29)) \d[ABD-HJLNP-UW-Z]{2}$")


def test_a_stream_depends_on_seed_and_purpose_alone() -> None:
    first = Streams(1)("names").random(5)
    assert (Streams(1)("names").random(5) == first).all()
    assert (Streams(1)("places").random(5) != first).any()
    assert (Streams(2)("names").random(5) != first).any()


def test_draw_follows_the_weights() -> None:
    drawn = draw(Streams(1)("x"), (0.0, 3.0, 1.0), 4_000)
    assert set(drawn.tolist()) == {1, 2}
    assert 0.7 < (drawn == 1).mean() < 0.8


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_between_stays_between(low: int, high: int) -> None:
    drawn = between(Streams(1)("x"), low, high, 50)
    assert drawn.min() >= low
    assert drawn.max() <= max(low, high)


def test_words_change_once_per_distinct_word() -> None:
    words, seen = Words(), []
    codes = words.codes(["Ann", "Bob", "Ann"])

    def shout(word: str) -> str:
        seen.append(word)
        return word.upper()

    changed = words.change(np.append(codes, -1), shout)
    assert words.text(changed).to_pylist() == ["ANN", "BOB", "ANN", None]
    assert sorted(seen) == ["Ann", "Bob"]


@pytest.mark.parametrize(
    ("pence", "style", "text"),
    [
        (123_456, "pence", "123456"),
        (123_456, "pounds", "1234.56"),
        (5, "pounds", "0.05"),
        (-123_405, "pounds", "-1234.05"),
        (123_456, "signs", "£1,234.56"),
        (-500, "signs", "(£5.00)"),
        (NULL, "pounds", None),
    ],
)
def test_money(pence: int, style: str, text: str | None) -> None:
    assert formats.money(np.asarray([pence]), style).to_pylist() == [text]


@pytest.mark.parametrize(
    ("style", "text"), [("%d/%m/%Y", "03/02/2026"), ("%d-%b-%Y", "03-Feb-2026"), ("%Y%m%d", "20260203")]
)
def test_dates(style: str, text: str) -> None:
    days = np.asarray([day(2026, 2, 3), NULL])
    assert formats.dates(days, style).to_pylist() == [text, None]
    year, month, date = formats.parts_of_days(days[:1])
    assert formats.date_texts(year, month, date, style).to_pylist() == [text]


def test_joined_leaves_nulls_out() -> None:
    left, right = pa.array(["a", None, "c", None]), pa.array(["x", "y", None, None])
    assert formats.joined(left, right).to_pylist() == ["a x", "y", "c", None]


@given(st.text(alphabet="abcdefghijklmnoprstuvw", min_size=3, max_size=12), st.integers(0, 2**32))
def test_a_slip_is_one_slip(word: str, seed: int) -> None:
    words = Words()
    wrong = misspell.mistype(words, words.codes([word]), Streams(seed)("slip"), rate=1.0)
    typed = words[int(wrong[0])]
    assert typed[0] == word[0]
    assert abs(len(typed) - len(word)) <= 1


def test_rates_of_typing() -> None:
    words = Words()
    codes = words.codes(["Margaret"] * 20_000)
    wrong = misspell.mistype(words, codes, Streams(1)("rate"))
    assert 0.008 < (wrong != codes).mean() < 0.012


@given(st.sampled_from(["GL50 1AA", "OX28 9ZZ", "GL7 4JX"]), st.floats(0, 0.999))
def test_a_wrong_postcode_is_another_of_the_right_shape(code: str, where: float) -> None:
    wrong = misspell.wrong_postcode(code, where)
    assert wrong != code
    assert POSTCODE.match(wrong)


@pytest.mark.parametrize(
    ("word", "plain"), [("Siân", "Sian"), ("Łukasz", "Lukasz"), ("Wójcik", "Wojcik"), ("Gŵyn", "Gwyn")]
)
def test_fold(word: str, plain: str) -> None:
    assert name_styles.fold(word) == plain


def name(title: str | None, forename: str | None, surname: str | None) -> name_styles.Name:
    return name_styles.Name(*(pa.array([x], pa.string()) for x in (title, forename, None, surname)))


@pytest.mark.parametrize(
    ("one", "other", "text"),
    [
        (("MR", "J", "ASH"), ("MRS", "A", "ASH"), "MR J & MRS A ASH"),
        (("MR", "J", "ASH"), ("MS", "A", "OAK"), "MR J ASH & MS A OAK"),
        (("MR", "J", "ASH"), (None, None, None), "MR J ASH"),
        ((None, "J", "ASH"), ("MRS", "A", "ASH"), "J & MRS A ASH"),
    ],
)
def test_joint_names(one: tuple[str, ...], other: tuple[str, ...], text: str) -> None:
    assert name_styles.joint_names(name(*one), name(*other)).to_pylist() == [text]


def test_polish_names_of_women() -> None:
    words = Words()
    surnames = words.codes(["Kowalski", "Nowak", "Kowalski"])
    polish = names.TRADITIONS.index("polish")
    changed = names.gendered(words, surnames, np.asarray([polish, polish, 0]), np.asarray([1, 1, 1]))
    assert words.text(changed).to_pylist() == ["Kowalska", "Nowak", "Kowalski"]


def test_numbers_have_the_published_shapes() -> None:
    numbers = identifiers.ninos(np.arange(3_000), spaced=False).to_pylist()
    assert all(NINO.match(n) for n in numbers)
    assert len({n[:8] for n in numbers}) == 3_000
    assert identifiers.ninos(np.asarray([7]), spaced=True)[0].as_py().replace(" ", "") == numbers[7]
    sort_code, account = identifiers.banks(np.arange(3_000), hyphens=False)
    assert {len(s) for s in sort_code.to_pylist()} == {6}
    assert len(set(account.to_pylist())) == 3_000


def test_telephone_numbers_are_nobodys() -> None:
    held = identifiers.phones(np.arange(-1, 60_000), "04").to_pylist()
    assert held[0] is None and None not in held[1:]
    assert len(set(held[1:])) == 60_000 and {len(number) for number in held[1:]} == {11}
    assert all(number[:-3] in identifiers._DRAMA for number in held[1:16_001])
    assert {number[:2] for number in held[16_001:]} == {"04"}, "a range that is given to nobody"


def test_households_and_firms_have_numbers_of_their_own(small_plan: Plan) -> None:
    world = small_plan.world
    heads = world.homes.head
    numbers = identifiers.person_phones(world, heads).to_pylist()
    firms_have = identifiers.firm_phones(np.arange(30_000)).to_pylist()
    assert len(set(numbers)) == len(heads) and len(set(firms_have)) == 30_000
    assert not set(numbers) & set(firms_have)


def test_vat_numbers_pass_the_published_check() -> None:
    for number in firms._vat_numbers(np.arange(9_000_000, 9_000_200)).tolist():
        digits = [int(d) for d in f"{number:09d}"]
        total = sum(d * w for d, w in zip(digits[:7], (8, 7, 6, 5, 4, 3, 2), strict=True)) + number % 100
        assert total % 97 == 0


def test_badge_numbers_are_six_characters_to_base_twenty() -> None:
    assert records_work._base20(20**6 - 1) == "KKKKKK"
    assert records_work._base20(20) == "000010"


def test_places_have_towns_and_postcodes_of_the_area(small_plan: Plan) -> None:
    places = small_plan.world.places
    codes = places.words.text(places.postcode).to_pylist()
    assert all(POSTCODE.match(code) for code in codes)
    assert len(np.unique(places.uprn)) == len(places)
    whole = list(zip(*(c.tolist() for c in (places.town, places.street, places.number, places.flat, places.building)), strict=True))  # fmt: skip
    assert len(set(whole)) > 0.999 * len(whole)


@pytest.mark.parametrize("flats", ["first", "slash", "letter"])
def test_flats_in_each_style(small_plan: Plan, flats: str) -> None:
    places = small_plan.world.places
    block = np.flatnonzero((places.flat >= 0) & ~places.lettered)[:200]
    style = {"short_streets": 0.0, "flats": flats, "case": "title"}
    parts = address_parts(places, Streams(1)("flats"), block, style)
    columns = (places.flat, places.building, places.number)
    told = zip(*(places.words.text(column[block]).to_pylist() for column in columns), strict=True)
    begins = {
        "first": "Flat {0}, {1}, {2} ",
        "slash": "{0}/{2} ",
        "letter": "{0} {1}, {2} ",
    }[flats]
    written = address_lines(parts, 1)[0].to_pylist()
    own = [line.startswith(begins.format(*names)) for line, names in zip(written, told, strict=True)]
    assert 0.85 < sum(own) / len(own) < 1  # one in ten is written another partner's way


def test_the_first_address_line_is_never_blank() -> None:
    parts = [
        pa.array(x, pa.string())
        for x in (["Flat 1", None], ["2 Elm Way", "3 Elm Way"], ["Witney"] * 2, [None] * 2)
    ]
    lines = [line.to_pylist() for line in address_lines(parts, 3)]
    assert lines == [["Flat 1", "3 Elm Way"], ["2 Elm Way", "Witney"], ["Witney", None]]


def test_lists_state_their_origin() -> None:
    folder = Path(name_styles.__file__).parent / "lists"
    for path in folder.iterdir():
        assert path.read_text(encoding="utf-8").startswith("# "), path.name


def test_unpack_keeps_blanks() -> None:
    assert unpack("Ka_Ho Wei") == ["Ka Ho", "Wei"]


def test_forms_of_names_are_of_listed_names() -> None:
    listed = {row["name"] for row in rows("forenames.csv")}
    assert sum(row["name"] in listed for row in rows("diminutives.csv")) > 90


def test_headings_and_codes_are_told_apart() -> None:
    for extract in extracts():
        headings = [h.upper() for h in extract.headings.values()]
        assert len(set(headings)) == len(headings), (extract.partner, extract.key)
        for codes in extract.codes.values():
            assert len(set(codes.values())) == len(codes)


@pytest.mark.parametrize("extract", extracts(), ids=lambda e: f"{e.partner}-{e.key}")
def test_mappings_are_read_by_the_loader(extract: object, tmp_path: Path) -> None:
    from fraudmatch.sample.layouts import Extract

    assert isinstance(extract, Extract)
    places = {h: (1 + 9 * i, 9) for i, h in enumerate(extract.headings.values())}
    text = mapping_text(extract, places if extract.file["format"] == "fixed_width" else {})
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    assert tomllib.loads(text)["dataset"] == extract.dataset
    mapping = load_mapping(path)
    assert mapping.fits(str(extract.file["name"]))


def test_errors_carry_a_remedy() -> None:
    from fraudmatch.sample import generate

    with pytest.raises(FraudmatchError) as caught:
        generate(Path("nowhere"), people=3, seed=1)
    assert "--people" in caught.value.remedy

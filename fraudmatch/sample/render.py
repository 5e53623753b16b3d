"""Rows of a register as the columns of one partner's extract: every token of a layout made text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.sample import formats, identifiers, misspell
from fraudmatch.sample.address_styles import address_lines, address_parts, postcodes
from fraudmatch.sample.layouts import Extract, held
from fraudmatch.sample.name_styles import (
    INITIAL_ONLY,
    Name,
    firm_names,
    joint_names,
    whole_names,
    write_names,
)
from fraudmatch.sample.places import PARTNERS
from fraudmatch.sample.registers import World
from fraudmatch.sample.streams import NULL, Array, chance
from fraudmatch.schemas import DATASETS

#: Data sets in which joint names are written with initials for most rows.
_INITIALS = {("joint", "council_tax"): 0.45, ("surname_first", "council_tax"): 0.12}


@dataclass
class Column:
    """One column of a file: its heading, its text (null = blank), its days where it is a date."""

    heading: str
    text: pa.Array
    days: Array | None = None


@dataclass
class Rendering:
    """The rows of one extract on their way to text.

    Attributes:
        rows: row numbers of the register, in the order of the file.
        references: data set -> reference of every row of it, as the owning partner writes it.
    """

    world: World
    extract: Extract
    rows: Array
    references: dict[str, pa.Array]
    _made: dict[str, dict[str, pa.Array]] = field(default_factory=dict)

    def chance(self, purpose: str) -> np.random.Generator:
        """The random stream of one purpose within this extract."""
        return self.world.streams(f"render {self.extract.partner} {self.extract.key} {purpose}")

    def column(self, name: str) -> Array:
        """A column of the register, for these rows."""
        return np.asarray(self.world[self.extract.dataset][name][self.rows])

    def spared(self) -> Array:
        """Rows of the answer key's cases, in which no fault is planted."""
        return np.asarray(self.column("in_case") == 1)

    def hit(self, purpose: str, rate: float) -> Array:
        """Rows to be given a fault of that kind."""
        return np.asarray(chance(self.chance(purpose), rate, len(self.rows)) & ~self.spared())

    def held(self, item: str) -> Array:
        """Rows in which the register holds an item, by the rate of the data set."""
        return chance(self.chance(f"held {item}"), held(item, self.extract.dataset), len(self.rows))

    def once(self, key: str, make: Callable[[], dict[str, pa.Array]]) -> dict[str, pa.Array]:
        """Columns that are made together, such as the lines of an address."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def render(world: World, extract: Extract, rows: Array, references: dict[str, pa.Array]) -> list[Column]:
    """The columns of an extract for some rows, in the order of its layout."""
    work = Rendering(world, extract, rows, references)
    columns = [_column(work, token) for token in extract.tokens]
    if extract.councils:
        names = pa.array([extract.councils[owner] for owner in extract.owners])
        place = [PARTNERS.index(owner) for owner in extract.owners]
        where = np.searchsorted(place, work.column("partner"))
        columns.insert(1, Column(extract.council_heading, names.take(pa.array(where))))
    constant = [Column(h, pa.array([text] * len(rows), pa.string())) for h, text in extract.ignored.items()]
    return columns + constant


def _column(work: Rendering, token: str) -> Column:
    heading = work.extract.headings[token]
    found = DATASETS[work.extract.dataset].field(token)
    if found is not None and found in DATASETS[work.extract.dataset].details:
        return _detail(work, token, found.kind, heading)
    return Column(heading, _party(work, token))


def _detail(work: Rendering, name: str, kind: str, heading: str) -> Column:
    values, style = work.column(name), work.extract.style
    if kind == "date":
        texts = formats.dates(values, style["dates"])
        wrong = work.hit(f"date {name}", misspell.DATE_INVALID) & (values != NULL)
        days = np.where(wrong, NULL, values)
        return Column(heading, pc.if_else(pa.array(wrong), "not known", texts), days)
    if kind == "pence":
        return Column(heading, formats.money(values, style["money"]))
    if kind == "integer":
        return Column(heading, formats.numbers(values))
    if kind == "flag":
        words = pa.array([style["flags"][1], style["flags"][0]])
        return Column(heading, formats.blank_where(words.take(pa.array(np.maximum(values, 0))), values < 0))
    if kind == "code":
        return Column(heading, _codes(work, name, values))
    return Column(heading, _text_detail(work, name, values))


def _codes(work: Rendering, name: str, values: Array) -> pa.Array:
    spelt = pa.array(list(work.extract.codes[name].values()))
    texts = formats.blank_where(spelt.take(pa.array(np.maximum(values, 0))), values < 0)
    wrong = work.hit(f"code {name}", misspell.CODE_UNKNOWN) & (values >= 0)
    return pc.if_else(pa.array(wrong), "ZZZ", texts)


def _text_detail(work: Rendering, name: str, values: Array) -> pa.Array:
    if name == "company_name":
        return _firm(work)["organisation_name"]
    target = {"creditor_ref": "creditor", "council_tax_ref": "council_tax"}.get(name)
    if target is None:
        return work.world.texts.text(values)
    texts = work.references[target].take(pa.array(np.maximum(values, 0)))
    return formats.blank_where(texts, values < 0)


def _party(work: Rendering, token: str) -> pa.Array:
    makers: dict[str, Callable[[Rendering], dict[str, pa.Array]]] = {
        "title": _names, "forename": _names, "middle_name": _names, "surname": _names, "full_name": _names,
        "second_title": _second, "second_forename": _second, "second_middle_name": _second, "second_surname": _second,
        "second_date_of_birth": _second, "second_nino": _second,
        "date_of_birth": _births, "dob_day": _births, "dob_month": _births, "dob_year": _births,
        "address": _address, "address_1": _address, "address_2": _address, "address_3": _address,
        "address_4": _address, "postcode": _address, "uprn": _address,
        "correspondence_address": _letters_to, "correspondence_postcode": _letters_to,
        "sort_code": _bank, "account": _bank,
        "organisation_name": _firm, "trading_name": _firm, "company_number": _firm, "charity_number": _firm,
        "vat_number": _firm,
        "nino": _nino, "phone": _contact, "email": _contact, "sex": _sex, "source_ref": _reference,
    }  # fmt: skip
    make = makers[token]
    return work.once(make.__name__, lambda: make(work))[token]


def _reference(work: Rendering) -> dict[str, pa.Array]:
    return {"source_ref": work.references[work.extract.dataset].take(pa.array(work.rows))}


def _written(work: Rendering, who: Array, purpose: str, initials: float) -> Name:
    style, encoding = work.extract.style, work.extract.file["encoding"]
    form = work.column("form") if purpose == "names" else np.zeros(len(who), dtype=np.int64)
    return write_names(work.world, work.chance(purpose), who, style=style, encoding=encoding, form=form,
                       initials=initials)  # fmt: skip


def _names(work: Rendering) -> dict[str, pa.Array]:
    style, dataset = work.extract.style["names"], work.extract.dataset
    initials = _INITIALS.get((style, dataset), INITIAL_ONLY)
    name = _written(work, work.column("person"), "names", initials)
    parts = {
        "title": name.title,
        "forename": name.forename,
        "middle_name": name.middle,
        "surname": name.surname,
    }
    if style == "forenames":
        parts["forename"] = formats.joined(name.forename, name.middle)
    parts["full_name"] = whole_names(name, style)
    if style == "joint" and has_second(work.extract):
        other = _written(work, work.column("second"), "second names", initials)
        parts["full_name"] = joint_names(name, other)
    return parts


def has_second(extract: Extract) -> bool:
    """Whether the extract names the second person of a row."""
    if extract.dataset not in ("council_tax", "council_tax_reduction"):
        return False
    return extract.style["names"] == "joint" or bool(extract.style["second"])


def _second(work: Rendering) -> dict[str, pa.Array]:
    who = work.column("second")
    name = _written(work, who, "second names", INITIAL_ONLY)
    born = np.where((who >= 0) & work.held("date_of_birth"), work.world.people.born[np.maximum(who, 0)], NULL)
    nino = identifiers.ninos(np.maximum(who, 0), spaced=False)
    return {
        "second_title": name.title, "second_forename": name.forename, "second_middle_name": name.middle,
        "second_surname": name.surname, "second_date_of_birth": formats.dates(born, work.extract.style["dates"]),
        "second_nino": formats.blank_where(nino, (who < 0) | ~work.held("nino")),
    }  # fmt: skip


def _births(work: Rendering) -> dict[str, pa.Array]:
    who, known = work.column("person"), work.column("dob_known")
    there = (who >= 0) & np.where(known < 0, work.held("date_of_birth"), known == 1)
    year, month, day = formats.parts_of_days(work.world.people.born[np.maximum(who, 0)])
    year, month, day = misspell.wrong_birthdays(work.chance("birthdays"), year, month, day)
    unknown = work.hit("placeholder birth", misspell.PLACEHOLDER_BIRTH)
    year, month, day = np.where(unknown, 1900, year), np.where(unknown, 1, month), np.where(unknown, 1, day)
    whole = formats.date_texts(year, month, day, work.extract.style["dates"])
    whole = pc.if_else(pa.array(work.hit("date of birth", misspell.DATE_INVALID)), "N/K", whole)
    parts = {
        "dob_day": formats.padded(day, 2),
        "dob_month": formats.padded(month, 2),
        "dob_year": formats.padded(year, 4),
    }
    return {
        name: formats.blank_where(text, ~there) for name, text in {"date_of_birth": whole, **parts}.items()
    }


def _address(work: Rendering) -> dict[str, pa.Array]:
    homes, style, places = work.column("property"), work.extract.style, work.world.places
    parts = address_parts(places, work.chance("address"), homes, style)
    lines = address_lines(parts, style["address"])
    names = ["address"] if style["address"] == 1 else [f"address_{n}" for n in range(1, len(lines) + 1)]
    postcode = postcodes(places, work.chance("postcode"), homes)
    bad = work.hit("bad postcode", misspell.BAD_POSTCODE) & (homes >= 0)
    uprn = pa.array(places.uprn[np.maximum(homes, 0)]).cast(pa.string())
    if work.extract.file["format"] == "xlsx":
        spoilt = chance(work.chance("spreadsheet"), 0.004, len(homes)) & ~work.spared()
        uprn = pc.if_else(pa.array(spoilt), "9.9001E+11", uprn)
    missing = (homes < 0) | ~chance(work.chance("uprn"), style["uprn"], len(homes))
    return {
        **dict(zip(names, lines, strict=True)),
        "postcode": pc.if_else(pa.array(bad), "GL5O", postcode),
        "uprn": formats.blank_where(uprn, missing),
    }


def _letters_to(work: Rendering) -> dict[str, pa.Array]:
    """The address letters go to: given where it differs, and for one account in fifty anyway."""
    given, person = work.column("correspondence"), work.column("person")
    home = np.where(person >= 0, work.world.people.home[np.maximum(person, 0)], -1)
    elsewhere = np.where((home >= 0) & (home != work.column("property")), home, -1)
    homes = np.where(given >= 0, given, elsewhere)
    parts = address_parts(work.world.places, work.chance("letters"), homes, work.extract.style)
    return {
        "correspondence_address": address_lines(parts, 1)[0],
        "correspondence_postcode": postcodes(work.world.places, work.chance("letters postcode"), homes),
    }


def _bank(work: Rendering) -> dict[str, pa.Array]:
    person, firm = work.column("person"), work.column("firm")
    lent = work.column("account_of")
    who, firms = np.where(lent >= 0, lent, person), work.world.firms
    account = np.where(firm >= 0, firms.account[np.maximum(firm, 0)] if len(firms) else 0,
                       identifiers.bank_of_people(work.world, who))  # fmt: skip
    sort_code, number = identifiers.banks(account, hyphens=work.extract.style["case"] == "title")
    missing = ~chance(work.chance("bank"), 0.97, len(who)) & ~work.spared()
    return {
        "sort_code": formats.blank_where(sort_code, missing),
        "account": formats.blank_where(number, missing),
    }


def _firm(work: Rendering) -> dict[str, pa.Array]:
    """Names and numbers of firms; people in a file without columns for them stand in the name's."""
    firm, firms = work.column("firm"), work.world.firms
    style, encoding = work.extract.style, work.extract.file["encoding"]
    at, none = np.maximum(firm, 0), firm < 0
    name = firm_names(work.world, work.chance("firms"), np.where(none, -1, firms.name[at]), style, encoding)
    if "surname" not in work.extract.tokens and "full_name" not in work.extract.tokens:
        person = whole_names(_written(work, work.column("person"), "names", 0.5), "given_first")
        name = pc.coalesce(name, person)
    trading = firm_names(
        work.world, work.chance("trading"), np.where(none, -1, firms.trading[at]), style, encoding
    )
    company, charity, vat = firms.company_number[at], firms.charity_number[at], firms.vat[at]
    held_company = chance(work.chance("company number"), 0.9, len(firm)) | work.spared()
    held_company |= work.extract.dataset == "company_officer"
    return {
        "organisation_name": name,
        "trading_name": trading,
        "company_number": formats.blank_where(
            formats.padded(company, 8), none | (company == 0) | ~held_company
        ),
        "charity_number": formats.blank_where(formats.padded(charity, 7), none | (charity == 0)),
        "vat_number": formats.blank_where(formats.padded(vat, 9), none | (vat == 0)),
    }


def _nino(work: Rendering) -> dict[str, pa.Array]:
    who, other, form = work.column("person"), work.column("nino_of"), work.column("nino_form")
    number = np.where(other >= 0, other, np.maximum(who, 0))
    texts = identifiers.ninos(number, spaced=work.extract.style["names"] == "joint")
    meant = (other >= 0) | (form > 0)
    slipped = chance(work.chance("nino slip"), misspell.DIGIT, len(who)) & ~meant
    swapped = pc.replace_substring_regex(texts, r"(\d)(\d)( ?[A-D])$", r"\2\1\3")
    texts = pc.if_else(pa.array(slipped), swapped, texts)
    texts = pc.if_else(pa.array(work.hit("bad nino", misspell.BAD_NINO) | (form == 1)), "XX12345", texts)
    stands_in = work.hit("temporary nino", misspell.TEMPORARY_NINO) | (form == 2)
    texts = pc.if_else(pa.array(stands_in), "TN010170M", texts)
    return {"nino": formats.blank_where(texts, (who < 0) | ~(work.held("nino") | meant))}


def _contact(work: Rendering) -> dict[str, pa.Array]:
    who, firm, lent = work.column("person"), work.column("firm"), work.column("phone_of")
    own = np.where(lent >= 0, lent, who)
    phone = pc.coalesce(identifiers.person_phones(work.world, own), identifiers.firm_phones(firm))
    return {
        "phone": formats.blank_where(phone, ~(work.held("phone") | (lent >= 0))),
        "email": formats.blank_where(identifiers.emails(work.world, who), ~work.held("email")),
    }


def _sex(work: Rendering) -> dict[str, pa.Array]:
    who = work.column("person")
    return {"sex": formats.blank_where(identifiers.sexes(work.world, who), who < 0)}

"""Two councils and a county for the thirty nights: who lives where, what changes from night to night, and what of it counts.

The world knows, of every flag it gives rise to, the fields a decision should rest on. It is the obvious reference
that the program's own bases are held against; it shares nothing with them but the names of the fields.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

COUNCILS = ("ashford", "birchley")
COUNTY = "elmshire"
PARTNERS = (*COUNCILS, COUNTY)

_FORENAMES = [
    "Ada",
    "Basil",
    "Celia",
    "Desmond",
    "Edith",
    "Felix",
    "Gwen",
    "Hector",
    "Iris",
    "Jasper",
    "Keziah",
    "Lionel",
    "Mabel",
    "Norris",
    "Olive",
    "Percy",
    "Queenie",
    "Rufus",
    "Sybil",
    "Tobias",
    "Una",
    "Victor",
    "Wanda",
    "Xenia",
    "Yorick",
    "Zelda",
]
_BEGINNINGS = [
    "Ash",
    "Birk",
    "Cald",
    "Dun",
    "Elm",
    "Fal",
    "Gar",
    "Hol",
    "Ing",
    "Kel",
    "Lang",
    "Mar",
    "Nor",
    "Ot",
    "Pem",
    "Rad",
    "Sed",
    "Thorn",
    "Ul",
    "Wex",
]
_ENDINGS = [
    "bourne",
    "combe",
    "dale",
    "field",
    "gate",
    "ham",
    "hurst",
    "ley",
    "mere",
    "ridge",
    "stead",
    "ton",
    "well",
    "wick",
    "worth",
]
_STREETS = [
    "Alder Row",
    "Beech Walk",
    "Cedar Lane",
    "Dray Street",
    "Eastgate",
    "Fuller Road",
    "Gantry Close",
    "Heron Way",
]

Fields = dict[str, object]


@dataclass
class Household:
    """A home with a single person discount and, most of the time, another adult on the register."""

    partner: str
    account: str
    name: str
    number: int
    street: int
    discount: str = "SPD"
    discount_start: dt.date = dt.date(2023, 4, 1)
    liability_start: dt.date = dt.date(2021, 4, 1)
    phone: str = ""
    elector: str = ""
    other: str = ""
    added: dt.date | None = dt.date(2024, 12, 1)
    listed: bool = True
    gone: bool = False

    def address(self) -> str:
        return f"{self.number} {_STREETS[self.street]}"

    def left(self) -> Fields:
        """What a flag rests on of the account."""
        return {
            "name": self.name.upper(), "address": self.address(), "discount_start": self.discount_start,
            "discount_type": self.discount, "liability_start": self.liability_start,
        }  # fmt: skip

    def right(self) -> Fields:
        """What a flag rests on of the other adult's entry."""
        return {"name": self.other.upper(), "address": self.address(), "date_added": self.added}


@dataclass
class Post:
    """A full-time post of one person in two payrolls."""

    name: str
    born: dt.date
    nino: str
    refs: tuple[str, str]
    partner: str
    starts: tuple[dt.date, dt.date]
    number: int
    street: int
    pay: int = 20_000
    ended: bool = False

    def side(self, which: int) -> Fields:
        """What a flag rests on of one of the posts."""
        return {
            "name": self.name.upper(), "date_of_birth": self.born, "nino": self.nino,
            "address": f"{self.number} {_STREETS[self.street]}", "employment_start": self.starts[which],
        }  # fmt: skip


@dataclass
class World:
    """The whole of it; `turn` lets a day pass.

    Attributes:
        counts: what happened, and how often.
        used: (partner, data set) -> reference -> what a decision should rest on, of the extract that is in use.
    """

    rng: random.Random
    households: list[Household] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    used: dict[tuple[str, str], dict[str, Fields]] = field(default_factory=dict)
    _names: Iterator[str] = field(default_factory=lambda: iter(()))

    @classmethod
    def of(cls, seed: int, households: int, posts: int) -> World:
        """A world in its first night."""
        rng = random.Random(seed)
        every = [f"{f} {b}{e}" for f in _FORENAMES for b in _BEGINNINGS for e in _ENDINGS]
        rng.shuffle(every)
        world = cls(rng, _names=iter(every))
        for _ in range(households):
            world._add_household()
        for number in range(posts):
            started = dt.date(2024, 1, 1) + dt.timedelta(days=number)
            world.posts.append(
                Post(
                    next(world._names), dt.date(1960, 1, 1) + dt.timedelta(days=97 * number),
                    f"AB{100_000 + 37 * number:06d}C", (f"P{number:05d}", f"Q{number:05d}"),
                    COUNCILS[number % 2], (started, started + dt.timedelta(days=90)), 300 + number, number % 8,
                )
            )  # fmt: skip
        return world

    def _add_household(self) -> None:
        place = len(self.households)
        self.households.append(
            Household(
                COUNCILS[place % 2], f"A{place:06d}", next(self._names), place // 8 + 1, place % 8,
                elector=f"E{place:06d}", other=next(self._names),
            )
        )  # fmt: skip

    def turn(self, share: float) -> None:
        """Change, add, remove and bring back so many of the households and posts, at least one of each."""
        living = [home for home in self.households if not home.gone]
        for home in self.rng.sample(living, max(1, round(share * len(living)))):
            self._change(home)
        for post in self.rng.sample(self.posts, max(1, round(share * len(self.posts)))):
            self._count("pay")
            post.pay += 137  # an amount: nothing that a decision rests on
            if self.rng.random() < 0.3:
                self._count("second post ended or resumed")
                post.ended = not post.ended
        self._add_household()
        self._count("household added")

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def _change(self, home: Household) -> None:
        what = self.rng.choice(
            ("other renamed", "other renamed", "discount moved", "discount moved", "telephone", "capitals", "entry removed or back", "discount ended or back",
             "entry renumbered", "day added blank", "household removed")
        )  # fmt: skip
        self._count(what)
        if what == "other renamed":
            home.other = (
                f"{home.other.split()[0]} {self.rng.choice(_BEGINNINGS)}{self.rng.choice(_ENDINGS)}ling"
            )
        elif what == "discount moved":
            home.discount_start += dt.timedelta(days=1)
        elif what == "telephone":
            home.phone = f"01242 {self.rng.randrange(100_000, 999_999)}"
        elif what == "capitals":
            home.other = home.other.upper() if home.other != home.other.upper() else home.other.title()
        elif what == "entry removed or back":
            home.listed = not home.listed
        elif what == "discount ended or back":
            home.discount = "NONE" if home.discount == "SPD" else "SPD"
        elif what == "entry renumbered":
            home.elector = f"R{self.rng.randrange(10**8):08d}"
        elif what == "day added blank":
            home.added = None if home.added else dt.date(2024, 12, 1)
        else:
            home.gone = True

    def deliver(self, root: Path, night: int, absent: tuple[str, str] | None) -> None:
        """Write every extract of the night but one, in files whose bytes are new."""
        for partner in PARTNERS:
            folder = root / "deliveries" / partner
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.iterdir():
                old.unlink()
        for (partner, dataset), rows in self._extracts().items():
            if (partner, dataset) != absent:
                self.used[partner, dataset] = self._fields(partner, dataset)
                path = root / "deliveries" / partner / f"{dataset}_{night:02d}.csv"
                with path.open("w", encoding="utf-8", newline="") as stream:
                    writer = csv.DictWriter(stream, [*rows[0], "Run"])
                    writer.writeheader()
                    writer.writerows(row | {"Run": f"N{night}"} for row in rows)

    def _fields(self, partner: str, dataset: str) -> dict[str, Fields]:
        homes = [home for home in self.households if home.partner == partner and not home.gone]
        if dataset == "council_tax":
            return {home.account: home.left() for home in homes}
        if dataset == "electoral_register":
            return {home.elector: home.right() for home in homes if home.listed}
        return {
            post.refs[which]: post.side(which)
            for post in self.posts
            for which, holder in enumerate((post.partner, COUNTY))
            if holder == partner
        }

    def _extracts(self) -> dict[tuple[str, str], list[dict[str, str]]]:
        found: dict[tuple[str, str], list[dict[str, str]]] = {}
        for home in self.households:
            if home.gone:
                continue
            place = {
                "Address": home.address(),
                "Town": "Ashford",
                "Postcode": _postcode(home.street, home.number),
            }
            found.setdefault((home.partner, "council_tax"), []).append(
                {"Ref": home.account, "Name": home.name, **place, "Phone": home.phone, "Discount": home.discount,
                 "Discount Start": _day(home.discount_start), "Liability Start": _day(home.liability_start)}
            )  # fmt: skip
            register = found.setdefault((home.partner, "electoral_register"), [])
            own = {"Ref": f"L{home.account}", "Name": home.name, **place, "Added": _day(dt.date(2022, 12, 1))}
            register.append(own)
            if home.listed:
                register.append({"Ref": home.elector, "Name": home.other, **place, "Added": _day(home.added)})
        for post in self.posts:
            for which, partner in enumerate((post.partner, COUNTY)):
                found.setdefault((partner, "payroll"), []).append(
                    {"Ref": post.refs[which], "Name": post.name, "Address": f"{post.number} {_STREETS[post.street]}",
                     "Town": "Ashford", "Postcode": _postcode(post.street, post.number), "Born": _day(post.born),
                     "NI": post.nino, "Start": _day(post.starts[which]),
                     "End": _day(post.starts[1] if post.ended and which else None), "Hours": "full", "Pay": str(post.pay)}
                )  # fmt: skip
        return found


def _postcode(street: int, number: int) -> str:
    return (
        f"TN{20 + street} {number % 9 + 1}{'ABDEFGHJLN'[number // 9 % 10]}{'PQRSTUWXYZ'[number // 90 % 10]}"
    )


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


_FILE = 'dataset = "{dataset}"\n[file]\npattern = "{dataset}_*.csv"\nformat = "delimited"\nencoding = ["utf-8"]\ndelimiter = ","\n'
_FILE += 'date_formats = ["%Y-%m-%d"]\nmoney = "pounds"\n[ignore]\ncolumns = ["Run"]\n[fields]\nsource_ref = "Ref"\nfull_name = "Name"\n'
_FILE += 'address = {{ join = ["Address", "Town"], with = ", " }}\npostcode = "Postcode"\n'
_FIELDS = {
    "council_tax": 'phone = "Phone"\ndiscount_start = "Discount Start"\nliability_start = "Liability Start"\n'
    'discount_type = { column = "Discount", codes = { SPD = "single_person", NONE = "none" } }\n',
    "electoral_register": 'date_added = "Added"\n',
    "payroll": 'date_of_birth = "Born"\nnino = "NI"\nemployment_start = "Start"\nemployment_end = "End"\n'
    'full_time_code = { column = "Hours", codes = { full = "full" } }\ngross_to_date_pence = "Pay"\n',
}


def make_site(root: Path) -> None:
    """The site folder: three partners with their mappings, and no deliveries yet."""
    root.mkdir(parents=True)
    partners = "".join(f'[[partner]]\nid = "{one}"\nname = "{one.title()}"\n' for one in PARTNERS)
    (root / "site.toml").write_text(f'name = "Thirty nights"\n{partners}', encoding="utf-8")
    for partner in PARTNERS:
        folder = root / "partners" / partner
        folder.mkdir(parents=True)
        (root / "deliveries" / partner).mkdir(parents=True)
        for dataset in ("payroll",) if partner == COUNTY else tuple(_FIELDS):
            text = _FILE.format(dataset=dataset) + _FIELDS[dataset]
            (folder / f"{dataset}.toml").write_text(text, encoding="utf-8")

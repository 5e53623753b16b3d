"""The site folder: who takes part, where their files are, as at which date.

site.toml                          name, as-at date, [limits], [backup], [retention], [[partner]] and [[override]] tables
partners/<partner>/<mapping>.toml  one mapping per kind of extract
partners/<partner>/sharing.toml    what is agreed to be shared (docs/intake.md)
partners/<partner>/restricted.csv  optional: records that only a nominated officer sees (docs/restricted.md)
deliveries/<partner>/…             the files as they came
rules/                             optional: rule files that replace or add to the shipped ones
outcomes.sqlite                    the store of what people decided about flags, where it is not on a server
outcomes.csv                       optional: decided flags from elsewhere, taken into the store by each night
releases.csv                       deliveries that a person released, refused or withdrew
holds.toml                         optional: what may not be purged yet
committee.toml                     optional: what only people know of the report to members
purges/                            what was purged when, by digests
accepted/<partner>/<mapping>/…     the newest extracts that were accepted, to stand in and to compare with
runs/<run id>/…                    what each night made;  runs/latest.txt names the newest
"""

from __future__ import annotations

import datetime as dt
import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from fraudmatch.containment.limits import Limits
from fraudmatch.errors import Problem, SiteError
from fraudmatch.place import FORM, Place, server_of
from fraudmatch.retention_terms import Retention

PARTNER_ID = re.compile(r"^[a-z][a-z0-9_]{1,30}$")
#: Names that Windows keeps for devices, in any folder.
DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d")

#: Endings of files that describe the delivery beside them.
SIDECARS = (".sha256", ".meta")

Shape = TypeVar("Shape", bound=BaseModel)

#: The sharing record of a partner, among its mappings.
SHARING_FILE = "sharing.toml"


class Partner(BaseModel):
    """A body that supplies data.

    Attributes:
        id: folder name and key of its records; lower-case letters, digits, underscore.
        name: as printed.
        gss: Government Statistical Service code, for example E07000078; may be absent.
        contact: who answers questions about its records.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=PARTNER_ID.pattern)]
    name: str
    gss: str | None = None
    contact: str = ""

    @field_validator("id")
    @classmethod
    def _no_device(cls, text: str) -> str:
        if DEVICE.fullmatch(text):
            raise ValueError(f"{text} is a device to Windows and cannot be a folder; choose another id")
        return text


class BackupPlan(BaseModel):
    """Where backups of the site go.

    Attributes:
        to: folders; a relative one counts from the site folder. key: the key file, likewise.
        keep_days: backups older than this are removed after one was taken; null = never.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: tuple[str, ...] = ()
    key: str | None = None
    keep_days: int | None = Field(default=None, ge=1)


class _SiteFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    as_at: dt.date | None = None
    partner: list[Partner] = Field(min_length=1)
    override: list[dict[str, Any]] = []
    limits: Limits = Limits()
    sharing: Literal["required", "optional"] = "optional"
    settle_seconds: int = Field(default=0, ge=0, le=3600)
    keep_inputs: bool = True
    backup: BackupPlan = BackupPlan()
    store: Annotated[str, StringConstraints(pattern=FORM.pattern)] | None = None
    retention: Retention | None = None


class Site(BaseModel):
    """One site folder, read and checked.

    Attributes:
        root: the folder.
        as_at: the date the exercise speaks of; null when it must come from the command line.
        partners: in the order of their ids.
        overrides: the [[override]] tables as written; `scoring.overrides` reads them, since only the rule
            library knows which rules and facts there are.
        limits: what the reading of one file may use.
        sharing_required: every data set needs a sharing record; else only those of partners that keep one.
        settle_seconds: a file changed less than this long ago is left for the next try.
        keep_inputs: every night keeps what it was made from in its run, deliveries included, to be made again.
        backup: where backups go.
        store: "postgresql:<schema>" when what people decide is kept on a server; null = in a file of the folder.
        retention: how long what is kept; null = the site has agreed nothing, and nothing is purged.
    """

    model_config = ConfigDict(frozen=True)

    root: Path
    name: str
    as_at: dt.date | None
    partners: tuple[Partner, ...]
    overrides: tuple[dict[str, Any], ...] = ()
    limits: Limits = Limits()
    sharing_required: bool = False
    settle_seconds: int = 0
    keep_inputs: bool = True
    backup: BackupPlan = BackupPlan()
    store: str | None = None
    retention: Retention | None = None

    def partner(self, partner_id: str) -> Partner:
        """The partner with that id.

        Raises:
            KeyError: no such partner takes part.
        """
        return next(p for p in self.partners if p.id == partner_id)

    @property
    def partner_ids(self) -> tuple[str, ...]:
        """Ids of all partners, sorted."""
        return tuple(p.id for p in self.partners)

    def mappings_of(self, partner_id: str) -> list[Path]:
        """Mapping files of a partner, sorted by name."""
        found = (self.root / "partners" / partner_id).glob("*.toml")
        return sorted(path for path in found if path.name != SHARING_FILE)

    def sharing_file(self, partner_id: str) -> Path:
        """The sharing record of a partner; may not exist."""
        return self.root / "partners" / partner_id / SHARING_FILE

    def deliveries_of(self, partner_id: str) -> list[Path]:
        """Files delivered by a partner, sorted by name.

        Hidden files, marks that spreadsheets leave beside open files, and files that describe a
        delivery are none.
        """
        folder = self.root / "deliveries" / partner_id
        return sorted(
            p
            for p in folder.glob("*")
            if p.is_file() and not p.name.startswith((".", "~$")) and p.suffix.lower() not in SIDECARS
        )

    @property
    def rules_folder(self) -> Path:
        """The site's own rules; may not exist."""
        return self.root / "rules"

    @property
    def outcomes_file(self) -> Path:
        """Decided flags that a night takes into the store (docs/casework.md); may not exist."""
        return self.root / "outcomes.csv"

    @property
    def store_file(self) -> Path:
        """The store as a file, where it is one; may not exist."""
        return self.root / "outcomes.sqlite"

    @property
    def outcomes_store(self) -> Place:
        """What people decided about flags, every decision kept (docs/casework.md); may not exist.

        Raises:
            SiteError: it is on a server, and nothing says where, or it lies in the folder still.
        """
        if self.store is None:
            return self.store_file
        if self.store_file.exists():
            raise SiteError(
                f"site.toml says store = {self.store!r}, and {self.store_file} lies there too.",
                remedy=f"Copy it to the server with: fraudmatch outcomes move {self.root}, or take the line out.",
            )
        return server_of(self.store, os.environ)

    @property
    def key_file(self) -> Path:
        """The secret by which what a decision rested on is compared; may not exist."""
        return self.root / "site.key"

    @property
    def backups_file(self) -> Path:
        """When a backup was taken and proved; may not exist."""
        return self.root / "backups.json"

    def beside(self, name: str) -> Path:
        """A path as site.toml names it: from the site folder, unless it says from where."""
        return self.root / Path(name).expanduser()

    @property
    def releases_file(self) -> Path:
        """Deliveries that a person released, refused or withdrew; may not exist."""
        return self.root / "releases.csv"

    @property
    def accepted_folder(self) -> Path:
        """What earlier nights accepted, and tonight is compared with; may not exist."""
        return self.root / "accepted"

    @property
    def holds_file(self) -> Path:
        """What may not be purged yet; may not exist."""
        return self.root / "holds.toml"

    @property
    def committee_file(self) -> Path:
        """What only people know of the report to members; may not exist."""
        return self.root / "committee.toml"

    @property
    def purges_folder(self) -> Path:
        """Certificates of what was purged; may not exist."""
        return self.root / "purges"

    @property
    def runs_folder(self) -> Path:
        """Where nights are kept."""
        return self.root / "runs"


def load_site(root: Path) -> Site:
    """Read and check `site.toml` of the folder `root`.

    Raises:
        SiteError: the folder or the file is missing or wrong; lists every fault.
    """
    path = root / "site.toml"
    if not path.is_file():
        raise SiteError(
            f"{root} is not a site folder: it has no site.toml.",
            remedy=f"Create one with: fraudmatch init {root}",
        )
    read = read_toml(path, _SiteFile)
    ids = [partner.id for partner in read.partner]
    repeated = sorted({i for i in ids if ids.count(i) > 1})
    if repeated:
        raise SiteError(f"{path} names partners twice: {', '.join(repeated)}.", remedy="Remove one of each.")
    partners = tuple(sorted(read.partner, key=lambda p: p.id))
    return Site(
        root=root,
        name=read.name,
        as_at=read.as_at,
        partners=partners,
        overrides=tuple(read.override),
        limits=read.limits,
        sharing_required=read.sharing == "required",
        settle_seconds=read.settle_seconds,
        keep_inputs=read.keep_inputs,
        backup=read.backup,
        store=read.store,
        retention=read.retention,
    )


def read_toml(path: Path, shape: type[Shape]) -> Shape:
    """A TOML file of a site, held to a shape; a mark at its beginning that says UTF-8 is allowed.

    Raises:
        SiteError: it is none, or has faults; all of them are named.
    """
    try:
        return shape.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SiteError(f"{path} is not a TOML file: {error}", remedy="Correct the line named.") from error
    except ValidationError as error:
        raise SiteError(f"{path} has faults.", problems=problems_of(error, path.name)) from error


def problems_of(error: ValidationError, file: str) -> list[Problem]:
    """Pydantic's findings as problems: file, key path, what is wrong."""
    return [
        Problem(file, ".".join(str(part) for part in fault["loc"]), f"{fault['msg']}.")
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]

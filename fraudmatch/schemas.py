"""Every Arrow schema that crosses a stage boundary, and `conform`, which holds them.

The stages meet only here:

    partner file ─extract→ RECEIVED ─normalise→ RECORDS + DETAILS ─link→ LINKS + GROUPS
                 ─score→ FLAGS ─report→ workbooks and pages;  REJECTS and DELIVERIES all the way

Conventions that hold in every table:

* null means *not known*; an empty string never occurs in a text column.
* money is integer pence and the column ends in `_pence`; identifiers are text.
* dates are `date32`; nothing carries a time of day.
* every table has a total order: `record_id`, or the columns named in its comment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.datasets import DATASETS as DATASETS
from fraudmatch.datasets import KINDS as KINDS
from fraudmatch.datasets import MATCH_ONLY as MATCH_ONLY
from fraudmatch.datasets import PARTY_FIELDS as PARTY_FIELDS
from fraudmatch.datasets import Dataset as Dataset
from fraudmatch.datasets import Field as Field
from fraudmatch.errors import SchemaError
from fraudmatch.reasons import FATAL

ValueClass = Literal["actual", "estimate", "notional", "prevented"]

#: Classes of money, which mean different things and are never added to one another. Actual: paid
#: or lost, as records show. Estimate: worked out from records. Notional: a published average.
#: Prevented: not yet paid, and stopped in time.
VALUE_CLASSES: tuple[ValueClass, ...] = ("actual", "estimate", "notional", "prevented")

# ---------------------------------------------------------------------------------------
# Schemas
# ---------------------------------------------------------------------------------------


#: Key of the metadata of a column, or of a whole table, that says what may not be done with it; it goes
#: with them into every Parquet file.
RESTRICTION = b"restriction"
_MATCH_ONLY = {RESTRICTION: b"match only: never printed, not even for the partner that sent it"}


def _schema(
    *columns: tuple[str, pa.DataType] | tuple[str, pa.DataType, str], restriction: str = ""
) -> pa.Schema:
    """A schema from (name, type[, "required"]) rows; a required column has no nulls."""
    fields = [
        pa.field(c[0], c[1], nullable=len(c) == 2, metadata=_MATCH_ONLY if c[0] in MATCH_ONLY else None)
        for c in columns
    ]
    return pa.schema(fields, metadata={RESTRICTION: restriction.encode()} if restriction else None)


_ORIGIN = (
    ("partner", pa.string(), "required"),
    ("dataset", pa.string(), "required"),
    ("delivery", pa.string(), "required"),
    ("source_row", pa.int64(), "required"),
)


def received_schema(dataset: str) -> pa.Schema:
    """RECEIVED: one physical record of one delivery, in the partner's words, under our field names.

    `partner` is whose record it is (a shared-service file holds several partners' rows),
    `delivery` the sha256 of the file, `source_row` the number of the record in the file,
    counting from 1 and counting header and skipped lines, so that a person finds it.
    Text is untouched but for surrounding white space and blank → null, and for what spreadsheets
    do to references and numbers (REJECTS says where); dates, money, flags and codes are read as the
    mapping declares them.
    """
    read = DATASETS[dataset]
    return _schema(*_ORIGIN, *((f.name, f.type) for f in read.fields), restriction=read.restriction)


#: One fault in one field, row or file. `partner` is who supplied the file. `source_row`,
#: `field` and `column` (the partner's heading) are null when the fault is wider than them.
#: `disposition` is what was done (`reasons.Disposition`). Never the value. Order: partner, dataset, file, source_row, field, reason.
REJECTS = _schema(
    ("partner", pa.string(), "required"),
    ("dataset", pa.string()),
    ("file", pa.string(), "required"),
    ("delivery", pa.string(), "required"),
    ("source_row", pa.int64()),
    ("field", pa.string()),
    ("column", pa.string()),
    ("reason", pa.string(), "required"),
    ("disposition", pa.string(), "required"),
    ("detail", pa.string()),
)

#: One file of one delivery, with the conservation law received = loaded + rejected.
#: `received` is counted by a scanner that shares nothing with the parser. `skipped` are
#: lines that are no records (header, preamble, blank). `state`: loaded | refused | held | deferred |
#: repeated (bytes that came before, beside a newer delivery or under a second name; nothing is taken from
#: them), or stands for a delivery of an earlier night whose rows are used tonight because nothing newer was
#: accepted. `accepted_on`: the night that accepted these bytes first; null where none are used.
#: `extracted_on`: the day the extract says it was made; null where it does not say.
#: Order: partner, dataset, file.
DELIVERIES = _schema(
    ("partner", pa.string(), "required"),
    ("dataset", pa.string()),
    ("file", pa.string(), "required"),
    ("delivery", pa.string(), "required"),
    ("received", pa.int64(), "required"),
    ("loaded", pa.int64(), "required"),
    ("rejected", pa.int64(), "required"),
    ("skipped", pa.int64(), "required"),
    ("state", pa.string(), "required"),
    ("accepted_on", pa.date32()),
    ("extracted_on", pa.date32()),
)

#: States of deliveries of which a night uses nothing, so that its exit code says so.
UNUSED_STATES = ("refused", "held", "deferred")

#: Rows that were set aside and are to be corrected, for the partner that sent them and nobody else: they hold
#: its own values. `slot` is the mapping, `delivery` and `record` where the row came first, `found_in` and
#: `source_row` where it was found wrong last (REJECTS says why there), the same unless it was corrected before.
#: `headings` are those of the delivery, `cells` the row under them, null where it could not be cut into cells;
#: `line` is then the record as it came. What is not agreed to be shared is in neither. Order: partner, slot, file, record.
SENT_BACK = _schema(
    ("partner", pa.string(), "required"),
    ("slot", pa.string(), "required"),
    ("file", pa.string(), "required"),
    ("delivery", pa.string(), "required"),
    ("record", pa.int64(), "required"),
    ("found_in", pa.string(), "required"),
    ("source_row", pa.int64(), "required"),
    ("headings", pa.list_(pa.string()), "required"),
    ("cells", pa.list_(pa.string())),
    ("line", pa.string()),
    restriction="own values of the partner that sent them: for its own reports and nobody else's",
)

#: What each field of a delivery looks like, in figures, for the partner that sent it and nobody else. `column`: its
#: headings; null where no column is read. `filled`, `unreadable` and `valid` count rows; valid is null where no form is
#: published. `top`: the most frequent values, as written; null where none may be named (`intake.described`).
#: `then_…`: the extract that was in use before, as accepted on `then_on`; null where there is none.
#: Order: partner, slot, position.
PROFILES = _schema(
    ("partner", pa.string(), "required"),
    ("slot", pa.string(), "required"),
    ("dataset", pa.string(), "required"),
    ("deliveries", pa.list_(pa.string()), "required"),
    ("position", pa.int32(), "required"),
    ("field", pa.string(), "required"),
    ("column", pa.string()),
    ("rows", pa.int64(), "required"),
    ("filled", pa.int64(), "required"),
    ("unreadable", pa.int64(), "required"),
    ("valid", pa.int64()),
    ("distinct", pa.int64(), "required"),
    ("top", pa.list_(pa.struct([("value", pa.string()), ("rows", pa.int64())]))),
    ("then_on", pa.date32()),
    ("then_rows", pa.int64()),
    ("then_filled", pa.int64()),
    ("then_unreadable", pa.int64()),
    ("then_valid", pa.int64()),
    ("then_distinct", pa.int64()),
    restriction="own values of the partner that sent them: for its own reports and nobody else's",
)

#: One party in one data set. `record_id` is dense from 0 in the order (partner, dataset,
#: source_ref, party, then every other column), so it does not depend on row order.
#: `party` is 1, or 2 for the second person of a joint row. Names and address parts are
#: folded to upper-case ASCII for comparison and are not for display: `name_as_written` and
#: `address_as_written` are.
RECORDS = _schema(
    ("record_id", pa.uint32(), "required"),
    ("partner", pa.string(), "required"),
    ("dataset", pa.string(), "required"),
    ("source_ref", pa.string(), "required"),
    ("party", pa.int8(), "required"),
    ("delivery", pa.string(), "required"),
    ("source_row", pa.int64(), "required"),
    ("party_kind", pa.string()),  # person | organisation; null = the row names nobody usable
    ("name_as_written", pa.string()),
    ("address_as_written", pa.string()),
    ("title", pa.string()),
    ("forename", pa.string()),  # first forename, or an initial
    ("middle_names", pa.string()),  # further forenames or initials, one space between
    ("surname", pa.string()),  # particles kept, hyphen as a space
    ("name_suffix", pa.string()),  # JR, SR, II …
    ("sex", pa.string()),  # M | F
    ("date_of_birth", pa.date32()),  # placeholders such as 1900-01-01 are null
    ("nino", pa.string()),  # two letters, six digits: the suffix does not tell people apart
    ("organisation_name", pa.string()),  # folded, legal form in one spelling
    ("organisation_core", pa.string()),  # without legal form, THE, (UK), T/A …
    ("trading_name", pa.string()),  # core of the trading name
    ("uprn", pa.string()),  # no leading zeros
    ("flat", pa.string()),  # FLAT 2 → 2; 10B → B; null = none seen
    ("number", pa.string()),  # 10, 10-12, 10A where the letter is no flat
    ("building", pa.string()),  # house or building name
    ("street", pa.string()),  # street with its type in one spelling
    ("town", pa.string()),  # last place name seen
    ("postcode", pa.string()),  # GL50 1AA
    ("correspondence_postcode", pa.string()),
    ("phone", pa.string()),  # digits, 0 for +44
    ("email", pa.string()),  # lower case
    ("bank", pa.string()),  # sort code and account, 6 + 8 digits
    ("company_number", pa.string()),  # eight characters
    ("charity_number", pa.string()),
    ("vat_number", pa.string()),  # nine digits
)


def details_schema(dataset: str) -> pa.Schema:
    """DETAILS[dataset]: what only rules need; one row per record of the data set, by record_id."""
    read = DATASETS[dataset]
    return _schema(
        ("record_id", pa.uint32(), "required"), *((f.name, f.type) for f in read.details + read.derived),
        restriction=read.restriction,
    )  # fmt: skip


#: The linked groups a record belongs to tonight; each id is the smallest record_id of its
#: group, null where the record cannot take part (no name, no address, no bank details).
#: Order: record_id.
GROUPS = _schema(
    ("record_id", pa.uint32(), "required"),
    ("person_id", pa.uint32()),
    ("property_id", pa.uint32()),
    ("organisation_id", pa.uint32()),
    ("account_id", pa.uint32()),
)

#: The relations that models judge.
RELATIONS = ("person", "property", "organisation", "account", "payment")


def links_schema(comparisons: Iterable[str]) -> pa.Schema:
    """LINKS: one pair judged by one model; left_id < right_id; order: left_id, right_id.

    `match_weight` is log2 evidence including the prior, in whole thousandths;
    `match_probability` is derived from it once. Each `<comparison>_level` is the position of
    the level in the model (0 = the strongest); null = missing on either side, no evidence.
    """
    return _schema(
        ("left_id", pa.uint32(), "required"),
        ("right_id", pa.uint32(), "required"),
        ("model", pa.string(), "required"),
        ("relation", pa.string(), "required"),
        ("match_weight", pa.float32(), "required"),
        ("match_probability", pa.float32(), "required"),
        *((f"{name}_level", pa.int8()) for name in comparisons),
    )


#: One pair, record or group picked out by one rule; no names or addresses. `right_*` is null for a
#: rule about single records or groups; of a group `left_*` is the first member, MEMBERS has all. `facts` is canonical JSON, name -> true | false | null.
#: `identity_weight` (log2) and `identity_probability` say how sure the link is, null where
#: the rule does not rest on one. `priority` 0–100 combines both, for ranking only.
#: Order: rule_id, priority descending, risk_points descending, value descending, flag_key.
FLAGS = _schema(
    ("flag_key", pa.string(), "required"),
    ("rule_id", pa.string(), "required"),
    ("rule_version", pa.int32(), "required"),
    ("relation", pa.string(), "required"),
    ("left_id", pa.uint32(), "required"),
    ("right_id", pa.uint32()),
    ("left_partner", pa.string(), "required"),
    ("right_partner", pa.string()),
    ("risk_points", pa.int16(), "required"),
    ("identity_weight", pa.float32()),
    ("identity_probability", pa.float32()),
    ("priority", pa.int16(), "required"),
    *((f"value_{kind}_pence", pa.int64()) for kind in VALUE_CLASSES),
    ("facts", pa.string(), "required"),
)


#: The records of the groups that rules about groups flag; `left_id` of the flag is the smallest of
#: them. Flags of pairs and of single records have no rows. Order: flag_key, record_id.
MEMBERS = _schema(("flag_key", pa.string(), "required"), ("record_id", pa.uint32(), "required"))

#: What a rule held back: pairs (or records) for which its sentence is true, and the fact that excuses them.
#: Nothing held back is flagged by the same rule under the same key. Order: rule_id, fact, flag_key.
HELD = _schema(
    ("flag_key", pa.string(), "required"),
    ("rule_id", pa.string(), "required"),
    ("fact", pa.string(), "required"),
    ("left_id", pa.uint32(), "required"),
    ("right_id", pa.uint32()),
    ("left_partner", pa.string(), "required"),
    ("right_partner", pa.string()),
)


#: Flags that a local override took away, or whose points it changed. `override` is its place among those
#: of the night, from 1; `effect` is taken_away | points. Order: override, flag_key.
OVERRULED = _schema(
    ("override", pa.int16(), "required"),
    ("flag_key", pa.string(), "required"),
    ("rule_id", pa.string(), "required"),
    ("effect", pa.string(), "required"),
    ("left_id", pa.uint32(), "required"),
    ("right_id", pa.uint32()),
    ("left_partner", pa.string(), "required"),
    ("right_partner", pa.string()),
)


#: Flags that rest on a restricted record, what was held back and overruled too. `partner`: whose record it is, and whose
#: nominated officer sees them; null = records of several partners are, and nobody sees it. Order: flag_key.
RESTRICTED = _schema(("flag_key", pa.string(), "required"), ("partner", pa.string()))


@dataclass(frozen=True)
class Override:
    """What a partner (or all) decided against a shipped rule, in the site's own file.

    One of `off`, `least_points` and `points` is set. It acts on flags of which the partner owns the left
    record, takes flags away or ranks them anew, and never makes one.

    Attributes:
        partner: id, or "all".
        least_points: flags with fewer risk points are taken away; None = it sets no threshold.
        points: fact (or "base") -> points instead of the rule's.
        by / on / why: who decided, when, for what reason; printed in every report it touches.
    """

    rule_id: str
    partner: str
    by: str
    on: dt.date
    why: str
    off: bool = False
    least_points: int | None = None
    points: Mapping[str, int] = field(default_factory=dict)


#: What a model saw in the pair of a flag, one row per comparison, for explanations and for
#: disclosure ("agreement" level): `agreement` is agrees | close | differs | missing.
#: `weight` is in log2, whole thousandths. Order: flag_key, model, position.
EVIDENCE = _schema(
    ("flag_key", pa.string(), "required"),
    ("model", pa.string(), "required"),
    ("position", pa.int16(), "required"),
    ("comparison", pa.string(), "required"),
    ("level", pa.string(), "required"),
    ("agreement", pa.string(), "required"),
    ("weight", pa.float32(), "required"),
)


#: What a person can find of a flag; the first two are real.
REAL = ("confirmed", "error")
CLEARED = "cleared"
OUTCOME_WORDS = (*REAL, CLEARED, "unresolved")

#: Why nothing was wrong; the words are printed. The list follows what NFI participants are asked to record.
CLEARED_REASONS = {
    "held_correctly": "the same person, correctly held",
    "different_person": "different persons",
    "moved": "moved before or after the extract",
    "disregarded": "an adult who is disregarded",
    "declared_interest": "a declared interest",
    "transfer": "a transfer or temporary tenancy",
    "recurring_payment": "a recurring payment",
    "already_corrected": "already corrected",
    "already_known": "already known or being dealt with",
    "our_data": "an error in our own data",
}

#: Flags that a person has decided. `outcome`: confirmed (fraud, or somebody meant it) | error (real,
#: an honest mistake) | cleared (nothing is wrong) | unresolved. `minutes` is officer time to the decision.
#: A flag stands here once, with its newest decision. Order: flag_key.
OUTCOMES = _schema(
    ("flag_key", pa.string(), "required"),
    ("rule_id", pa.string(), "required"),
    ("partner", pa.string(), "required"),
    ("outcome", pa.string(), "required"),
    ("decided_on", pa.date32(), "required"),
    ("minutes", pa.int32()),
    *((f"value_{kind}_pence", pa.int64()) for kind in VALUE_CLASSES),
    ("note", pa.string()),
)

#: OUTCOMES with what the store knows of each beyond them, and the flags that were reopened, for the stage that attaches them; never written into a run.
#: `sequence`: the event. `left_ref`, `right_ref`: partner:data_set:reference[#party]; null = not told. `basis`: what
#: the flag rested on when it was decided (`outcomes.basis`); null = not known. Order: flag_key.
DECIDED = _schema(
    ("flag_key", pa.string(), "required"),
    ("rule_id", pa.string(), "required"),
    ("partner", pa.string(), "required"),
    ("outcome", pa.string(), "required"),
    ("decided_on", pa.date32(), "required"),
    ("sequence", pa.int64(), "required"),
    ("left_ref", pa.string()),
    ("right_ref", pa.string()),
    ("basis", pa.string()),
)

#: States of a decided flag that is flagged tonight and is to be worked …
OPEN_STATES = ("unresolved", "reopened", "changed_since_cleared", "asked_again")
#: … of one that is flagged tonight and stays decided …
SETTLED_STATES = ("stays_cleared", "still_stands")
#: … and of one that is not flagged tonight.
GONE_STATES = (
    "no_longer_matched", "key_changed", "missing_tonight", "rule_not_run", "held_back", "overruled", "not_flagged",
)  # fmt: skip

#: What became tonight of every flag that somebody decided. `event`: the decision in force. `changed`: what differs
#: from what it rested on, as "left.<field>", "right.<field>", "fact.<name>" or "members"; never a value. `new_flag_key`:
#: of key_changed, the flag tonight that may be the same under another reference. Order: flag_key.
ATTACHED = _schema(
    ("flag_key", pa.string(), "required"),
    ("rule_id", pa.string(), "required"),
    ("partner", pa.string(), "required"),
    ("outcome", pa.string(), "required"),
    ("decided_on", pa.date32(), "required"),
    ("event", pa.int64(), "required"),
    ("state", pa.string(), "required"),
    ("changed", pa.list_(pa.string()), "required"),
    ("new_flag_key", pa.string()),
)

#: One case: flags about one person, property or firm, worked as one. `case_key` comes from the key
#: of its leading flag (most money at stake, then highest priority), whose left partner bears the
#: loss and is the `owner`; none of this depends on what was learnt from outcomes. `identity_probability`
#: (1 where no flag rests on a link) and `risk_probability` are those of the leading flag; `chance_real` joins all flags
#: of the case. Values are at stake, expected ones are chance times value; null = no flag carries that class.
#: `priority` is expected pence, weighted by class, for each officer minute; it ranks and is no amount of money.
#: Order: rank (1 = best; priority, then chance_real, both descending, then case_key).
CASES = _schema(
    ("case_key", pa.string(), "required"),
    ("rank", pa.int32(), "required"),
    ("leading_flag_key", pa.string(), "required"),
    ("leading_rule_id", pa.string(), "required"),
    ("owner", pa.string(), "required"),
    ("flags", pa.int32(), "required"),
    ("rules", pa.int32(), "required"),
    ("partners", pa.int32(), "required"),
    ("identity_probability", pa.float64(), "required"),
    ("risk_probability", pa.float64(), "required"),
    ("chance_real", pa.float64(), "required"),
    *((f"value_{kind}_pence", pa.int64()) for kind in VALUE_CLASSES),
    *((f"expected_{kind}_pence", pa.int64()) for kind in VALUE_CLASSES),
    ("minutes", pa.int32(), "required"),
    ("priority", pa.float64(), "required"),
)

#: Which case a flag is in; a flag that has been decided is in none. `yield_prior` is what the rule file states,
#: `yield_posterior` what outcomes made of it for the rule and the flag's left partner, `risk_probability`
#: that moved by the flag's risk points, `chance_real` identity times risk. Order: rank of the case, position (0 = leading).
CASE_FLAGS = _schema(
    ("case_key", pa.string(), "required"),
    ("position", pa.int32(), "required"),
    ("flag_key", pa.string(), "required"),
    ("rule_id", pa.string(), "required"),
    ("identity_probability", pa.float64(), "required"),
    ("yield_prior", pa.float64(), "required"),
    ("yield_posterior", pa.float64(), "required"),
    ("risk_probability", pa.float64(), "required"),
    ("chance_real", pa.float64(), "required"),
)


@dataclass(frozen=True)
class Review:
    """What a rule file expects of the work on one of its flags; the defaults of a rule that does not say.

    Attributes:
        minutes: officer time to a decision.
        rate: chance that a flag is real before any outcome is known. The default lies between what
            mixed reports came to in two councils, 0.75 % (Wyre 2022/23) and 7.0 % (East Lothian 2022/23).
        strength: how many decided flags that chance is worth.
        source: where the chance was published, or that it was not. verified: a colleague has read it there.
    """

    minutes: int = 30
    rate: float = 0.04
    strength: float = 10.0
    source: str = "No yield is published for this rule; the default of the library"
    verified: bool = False


@dataclass(frozen=True)
class NumberText:
    """A number that law, policy or choice sets, as in force for a night, in words for people.

    Attributes:
        scope: "param" for a threshold, "value" for what one confirmed case is taken to be worth.
        amount: with its unit.
        basis: law | policy | published | design (a choice of this library).
        starts: the day it is in force from.
        standing: choice (there is no source to read), verified (somebody read the source and it
            says this) or unverified (nobody has).
    """

    scope: str
    name: str
    label: str
    amount: str
    basis: str
    starts: dt.date
    source: str
    href: str
    standing: str


@dataclass(frozen=True)
class RuleText:
    """What a reader of a report needs to know of a rule; scoring makes it, report prints it.

    Attributes:
        legal_basis: (title, address) pairs.
        reasons: fact name -> phrase that is printed when the fact is true.
        left / right: data sets; right is None for rules about single records and groups.
        show_left / show_right: detail columns worth showing for each side.
        numbers: the dated numbers it goes by, as in force for the night; none when no day was given.
        grouped_by: what the members of a group share; "" for other rules.
        review: minutes and expected yield.
        demands: (data set, detail) pairs without which the rule never flags.
        rests_left / rests_right: fields of each record whose change is worth asking about again, beside those that
            say who and where it is; none of rules about groups.
    """

    id: str
    version: int
    title: str
    status: str
    owner: str
    service: str
    description: str
    legal_basis: tuple[tuple[str, str], ...]
    innocent_explanations: tuple[str, ...]
    next_step: str
    relation: str
    left: str
    right: str | None
    reasons: Mapping[str, str]
    show_left: tuple[str, ...]
    show_right: tuple[str, ...]
    numbers: tuple[NumberText, ...] = ()
    grouped_by: str = ""
    review: Review = Review()
    demands: tuple[tuple[str, str], ...] = ()
    rests_left: tuple[str, ...] = ()
    rests_right: tuple[str, ...] = ()


# ---------------------------------------------------------------------------------------
# Holding a table to its schema
# ---------------------------------------------------------------------------------------


def conform(table: pa.Table, schema: pa.Schema, *, what: str) -> pa.Table:
    """`table` with exactly the columns, order and types of `schema`.

    Checks names and nulls itself, because pyarrow's validation lets nulls into columns
    declared non-nullable.

    Args:
        table: any table; dictionary columns are decoded when the schema wants plain text.
        schema: a schema of this module.
        what: the name of the table, for the message.

    Raises:
        SchemaError: a column is missing, unknown, of another type, or null where not allowed.
    """
    missing = [name for name in schema.names if name not in table.column_names]
    unknown = [name for name in table.column_names if name not in schema.names]
    if missing or unknown:
        raise SchemaError(f"{what}: missing columns {missing}, unknown columns {unknown}.")
    try:
        out = table.select(schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise SchemaError(f"{what}: {error}") from error
    for column in schema:
        if not column.nullable and out[column.name].null_count:
            raise SchemaError(f"{what}: column {column.name} holds nulls.")
    return out.combine_chunks()


def empty(schema: pa.Schema) -> pa.Table:
    """A table of `schema` without rows."""
    return schema.empty_table()


def rejects_table(rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """REJECTS from dictionaries; absent keys are null. Sorted in the order of the schema."""
    rows = list(rows)
    columns = {f.name: pa.array([row.get(f.name) for row in rows], f.type) for f in REJECTS}
    return sort_rejects(pa.table(columns, schema=REJECTS))


def is_fatal(rejects: pa.Table) -> pa.ChunkedArray:
    """Which REJECTS left their row, or their file, out of tonight's records."""
    return pc.is_in(rejects["disposition"], value_set=pa.array(sorted(FATAL), pa.string()))


def sort_rejects(rejects: pa.Table) -> pa.Table:
    """REJECTS in its total order."""
    keys = ("partner", "dataset", "file", "source_row", "field", "column", "reason", "detail")
    return rejects.sort_by([(key, "ascending") for key in keys])

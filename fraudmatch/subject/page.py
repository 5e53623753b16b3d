"""What is held on a person as one page that needs nothing else; every value is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from fraudmatch.report.clean import clean_text
from fraudmatch.report.words import dataset_title, field_heading, pounds

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#111}"
    "table{border-collapse:collapse;margin:.5em 0 1.5em}th,td{text-align:left;vertical-align:top;"
    "padding:.2em .8em .2em 0;border-bottom:1px solid #ddd;overflow-wrap:break-word}"
    ".ask{border-left:4px solid #946800;padding-left:1em}h3{margin-bottom:0}"
)

#: Tables of more columns than these are printed upright.
_ACROSS = 7

#: Nothing is loaded and no script runs, whatever a value holds.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

#: Section of what was collected -> heading, and what to say of it.
_SECTIONS = (
    ("groups", "Groups", "Records taken to be of one person, property or firm tonight. Others in them are counted only."),
    ("links", "Links", "Pairs of records that a model compared and joined. Likeness, not proof."),
    ("flags", "Flags", "What rules picked out, to be looked at by a person. A flag has many innocent explanations."),
    ("evidence", "Evidence of flags", "What the model saw in pairs of records that are both this person's."),
    ("cases", "Cases", "Flags worked as one."),
    ("attached", "What became of decisions", ""),
    ("decisions", "Decisions", "What officers decided about these flags."),
    ("acts", "Work on cases", "What officers did about cases with these flags."),
    ("ledger", "Entries of the ledger", "Who looked at or decided about these flags and records."),
    ("faults", "Faults found in the rows", ""),
    ("sent_back", "Rows sent back to be corrected", "Found by their reference; what is in them lies with the partner."),
    ("deliveries", "Deliveries", "The files these records came in."),
    ("nights", "Nights", "Published nights in which a reference above stands."),
    ("backups", "Backups that may hold it", "Encrypted copies of the site."),
)  # fmt: skip


def subject_page(held: Mapping[str, Any], site_name: str, by: str, reason: str) -> str:
    """The page. `held` is what `collect` gives."""
    title = f"Held on one person: {escape(site_name)}"
    about = f"Night {held['night']['run']}, as at {held['night']['as_at']}. For {held['for']}. Collected by {by}: {reason}"
    body = [
        f"<h1>{title}</h1><p>{escape(about)}</p>",
        '<div class="ask"><h2>Questions before anything of this is released</h2><ul>',
        *(f"<li>{escape(question)}</li>" for question in held["review_before_release"]),
        f"</ul></div><h2>Records ({len(held['records'])})</h2>",
        *(_record(one) for one in held["records"]),
    ]
    for key, heading, said in _SECTIONS:
        body.append(f"<h2>{heading} ({len(held[key])})</h2><p>{escape(said)}</p>")
        body.append(_table(held[key]) if held[key] else "<p>None.</p>")
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _record(one: Mapping[str, Any]) -> str:
    written, kept = one["as_written"], one["normalised"]
    place = f"Row {one['row']} of delivery {one['delivery'][:16]}."
    if written is None:
        place += " As it was written is no longer kept by intake."
    if one["restriction"]:
        place += f" Restricted: {one['restriction']}."
    fields = list(dict.fromkeys([*(written or ()), *kept]))
    rows = [
        {
            "field": field_heading(name),
            "as written": _in_pounds(name, (written or {}).get(name)),
            "as kept to compare": _in_pounds(name, kept.get(name)),
        }
        for name in fields
    ]
    heading = f"{escape(dataset_title(one['dataset']))}, {escape(one['partner'])}: {escape(one['record'])}"
    return f"<h3>{heading}</h3><p>{escape(place)}</p>{_table(rows)}"


def _in_pounds(name: str, value: Any) -> Any:
    return pounds(value) if name.endswith("_pence") and isinstance(value, int) else value


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if len(columns) > _ACROSS:
        return "".join(_upright(row) for row in rows)
    head = "".join(
        f'<th scope="col">{escape(name.removesuffix("_pence").replace("_", " "))}</th>' for name in columns
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td>{escape('; '.join(_words(_shown(name, row.get(name)))))}</td>" for name in columns)
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _upright(row: Mapping[str, Any]) -> str:
    """A row of many columns, one below the other, so that a printed page holds it."""
    body = "".join(
        f'<tr><th scope="row">{escape(name.removesuffix("_pence").replace("_", " "))}</th>'
        f"<td>{escape('; '.join(_words(_shown(name, value))))}</td></tr>"
        for name, value in row.items()
    )
    return f"<table><tbody>{body}</tbody></table>"


def _shown(name: str, value: Any) -> Any:
    """Classes of money of a flag in pounds, the beginning of a digest; anything else as it is."""
    if name == "sha256" and value:
        return str(value)[:16]
    return (
        {kind: pounds(pence) for kind, pence in value.items()} if name == "value_pence" and value else value
    )


def _words(value: Any) -> Iterator[str]:
    if value is None:
        return
    if isinstance(value, bool):
        yield "yes" if value else "no"
    elif isinstance(value, float):
        yield f"{value:.3f}"
    elif isinstance(value, Mapping):
        if "who" in value:
            yield " ".join(str(part) for part in value.values())
        else:
            for name, one in value.items():
                yield f"{name.replace('_', ' ')}: {', '.join(_words(one)) or 'not known'}"
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _words(one)
    else:
        yield clean_text(str(value))

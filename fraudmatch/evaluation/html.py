"""What all pages of an evaluation share: style, tables, and one document without scripts or other files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from fraudmatch.evaluation.drawing import BLUE, GREY, INK, ORANGE

_STYLE = f"""
body {{ font: 16px/1.5 system-ui, sans-serif; color: {INK}; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.6rem; line-height: 1.25; }} h2 {{ font-size: 1.3rem; margin-top: 2.8rem; }}
h3 {{ font-size: 1.1rem; margin-top: 2.2rem; }}
p {{ max-width: 46rem; }}
table {{ border-collapse: collapse; font-size: .875rem; margin: .8rem 0; }}
caption {{ text-align: left; font-weight: 600; padding: .3rem 0; }}
th, td {{ padding: .25rem .7rem; border-bottom: 1px solid #d5d9de; text-align: left; vertical-align: top; }}
td.r {{ min-width: 8rem; overflow-wrap: break-word; }}
td.n, th.n {{ text-align: right; font-variant-numeric: tabular-nums; }} td.n {{ white-space: nowrap; }}
table.tight th, table.tight td {{ padding: .25rem .45rem; }}
tr.own td {{ font-weight: 700; background: #eef2f7; }}
svg {{ max-width: 100%; height: auto; }}
code, pre {{ font-size: .875rem; background: #f2f4f7; padding: .1rem .3rem; }}
pre {{ padding: .5rem .7rem; white-space: pre-wrap; overflow-wrap: break-word; }}
.key span {{ display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; }}
.key .t {{ background: {BLUE}; }} .key .f {{ background: {ORANGE}; }}
.levels, small {{ color: #4b5159; }} small {{ font-size: .8125rem; white-space: nowrap; }}
details {{ margin: .5rem 0; }} summary {{ cursor: pointer; }}
.wide {{ overflow-x: auto; }}
.panels {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1.2rem 1rem; }}
figure {{ margin: 0; }} figure svg {{ width: 100%; }}
figcaption {{ font-size: .875rem; line-height: 1.35; border-top: 1px solid {GREY}; padding-top: .3rem; }}
figcaption b {{ display: block; }}
@media print {{
  body {{ margin: 0; max-width: none; font-size: 11pt; }} p {{ max-width: none; }}
  h2, h3, caption {{ break-after: avoid; }} svg, tr, figure {{ break-inside: avoid; }}
  .panels {{ grid-template-columns: repeat(2, 1fr); }} .wide {{ overflow: visible; }}
}}
"""


def document(title: str, parts: Iterable[str]) -> str:
    """A whole page from its parts."""
    return (
        "\n".join(
            [
                "<!doctype html>",
                '<html lang="en-GB"><head><meta charset="utf-8">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
                f"<h1>{escape(title)}</h1>",
                *parts,
                "</body></html>",
            ]
        )
        + "\n"
    )


def heading_row(heads: Sequence[str], numbers: Iterable[int]) -> str:
    """The row of headings; `numbers` are the places of columns set to the right."""
    right = set(numbers)
    cells = (
        f'<th scope="col"{" class=n" if k in right else ""}>{escape(head)}</th>'
        for k, head in enumerate(heads)
    )
    return f"<tr>{''.join(cells)}</tr>"


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, own: Sequence[bool] | None = None,
    folded: bool = False,
) -> str:  # fmt: skip
    """A table of text whose columns after the first are numbers.

    Args:
        own: rows to set apart. folded: shown when asked for only.
    """
    body = []
    for number, row in enumerate(rows):
        first, *rest = row
        mark = ' class="own"' if own is not None and own[number] else ""
        cells = "".join(f"<td class=n>{escape(cell)}</td>" for cell in rest)
        body.append(f"<tr{mark}><td>{escape(first)}</td>{cells}</tr>")
    made = (
        f"<div class=wide><table><caption>{escape(caption)}</caption><thead>{heading_row(heads, range(1, len(heads)))}</thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )
    return f"<details><summary>As a table</summary>{made}</details>" if folded else made


def share(value: float | None) -> str:
    """A share to four places; a dash where there is none."""
    return "–" if value is None else f"{value:.4f}"

"""How a page is made of a template: everything escaped, no scripts, one style sheet named by its hash."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from fraudmatch.report.clean import clean_text, lines
from fraudmatch.report.delivery_profile import per_cent
from fraudmatch.report.totals import shown_classes
from fraudmatch.report.words import counted, long_date, pounds

_TEMPLATES = Path(__file__).resolve().parent / "templates"


def page_environment(*folders: Path) -> Any:
    """A jinja2 environment for the templates of the reports, and of `folders` before them.

    What is not known to a template is an error. Its `style_hash` names `style.css` of `base.html`.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, _TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: clean_text(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(classes_of=shown_classes, style_hash=_style_hash(environment))
    environment.filters.update(
        day=long_date,
        pounds=pounds,
        count=lambda number: f"{number:,}",
        counted=counted,
        lines=lines,
        per_cent=per_cent,
        hundredths=lambda number: f"{number / 100:.1f} %",
    )
    return environment


def _style_hash(environment: Any) -> str:
    """The style sheet's hash as a content security policy names it."""
    style = environment.get_template("style.css").render()
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")

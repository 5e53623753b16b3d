"""The page docs/datasets.md, made from the schemas so that it cannot fall behind them."""

from __future__ import annotations

from collections.abc import Iterator

from fraudmatch import schemas

_HEAD = """# Data sets and their fields

Made from `fraudmatch/schemas.py` by `python -m fraudmatch.extract.docs > docs/datasets.md`; a test
holds the two in step. How a partner's columns fill these fields is said in [mapping.md](mapping.md).

Kinds: *text* as written; *date* a day; *pence* whole pence; *integer* a whole number; *flag* yes or
no; *code* one of a closed list. Every field may be blank except those marked **key**: a row without
it is rejected.
"""

_PARTIES = {"person": "People.", "organisation": "Organisations.", "either": "People or organisations."}


def datasets_page() -> str:
    """The whole page in Markdown."""
    parts = [_HEAD, _section("Fields of every data set", schemas.PARTY_FIELDS)]
    parts += [_dataset(dataset) for dataset in schemas.DATASETS.values()]
    return "\n".join(parts)


def _dataset(dataset: schemas.Dataset) -> str:
    title = f"{dataset.title}: `{dataset.name}`"
    sentence = _PARTIES[dataset.parties]
    if dataset.valid_from:
        until = f"`{dataset.valid_to}`" if dataset.valid_to else "no end"
        sentence += f" In force from `{dataset.valid_from}` to {until}."
    if not dataset.details:
        return f"## {title}\n\n{sentence} No fields of its own.\n"
    return _section(title, dataset.details, sentence)


def _section(title: str, fields: tuple[schemas.Field, ...], sentence: str = "") -> str:
    lines = [f"## {title}", "", *([sentence, ""] if sentence else [])]
    lines += ["| field | kind | meaning |", "|---|---|---|", *map(_row, fields)]
    return "\n".join(lines) + "\n"


def _row(field: schemas.Field) -> str:
    return f"| `{field.name}` | {field.kind} | {' '.join(_meaning(field))} |"


def _meaning(field: schemas.Field) -> Iterator[str]:
    yield field.meaning + (" — **key**" if field.key else "")
    if field.codes:
        yield f"({', '.join(f'`{code}`' for code in field.codes)})"


if __name__ == "__main__":
    print(datasets_page(), end="")

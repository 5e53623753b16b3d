"""Model files: the shipped ones by name, any other by its path, and tables of frequencies."""

from __future__ import annotations

import csv
import tomllib
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from fraudmatch.errors import ModelError
from fraudmatch.linkage.model import Comparison, Model
from fraudmatch.site import problems_of


def shipped_models() -> list[str]:
    """Names of the models that come with the package, for example person."""
    folder = resources.files("fraudmatch.linkage") / "models"
    return sorted(p.name.rsplit("_v", 1)[0] for p in folder.iterdir() if p.name.endswith(".toml"))


def load_model(name: str | Path) -> Model:
    """Read a model: the name of a shipped one (its newest version), or a path.

    Raises:
        ModelError: there is no such model, or its file is wrong; lists every fault.
    """
    path = Path(name)
    if path.suffix == ".toml" or len(path.parts) > 1:
        text = _read(path)
        return _parse(text, path.name)
    folder = Path(str(resources.files("fraudmatch.linkage"))) / "models"
    candidates = sorted(folder.glob(f"{name}_v*.toml"), key=lambda p: int(p.stem.rsplit("_v", 1)[1]))
    if not candidates:
        raise ModelError(
            f"There is no model {name!r}.",
            remedy=f"Use one of {', '.join(shipped_models())}, or the path of a .toml file.",
        )
    return _parse(_read(candidates[-1]), candidates[-1].name)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.", remedy="Check the path.") from error


def _parse(text: str, file: str) -> Model:
    try:
        return Model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"{file} is not a TOML file: {error}") from error
    except ValidationError as error:
        raise ModelError(f"{file} has faults.", problems=problems_of(error, file)) from error


def frequency_table(comparison: Comparison) -> dict[str, float] | None:
    """Value -> chance that a random record holds it, or None when values are not weighed.

    Shipped tables are frozen national frequencies, so that adding unrelated records to a night
    changes no weight.

    Raises:
        ModelError: the table named does not exist.
    """
    named = comparison.frequencies
    if named is None or isinstance(named, dict):
        return named
    path = Path(str(resources.files("fraudmatch.linkage"))) / "models" / "frequencies" / f"{named}.csv"
    if not path.is_file():
        raise ModelError(f"{comparison.name}: there is no frequency table {named!r}.")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return {row["value"]: int(row["per_million"]) / 1_000_000 for row in rows}

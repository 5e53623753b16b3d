"""A model fitted to one's own records: `fraudmatch train`.

Files are read as `fraudmatch link` reads them; of a site the newest night is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from fraudmatch.errors import ConfigurationError
from fraudmatch.files.link import ready_files
from fraudmatch.kept import Kept
from fraudmatch.linkage import Model
from fraudmatch.linkage.fitting.chances import renewed
from fraudmatch.linkage.fitting.changes import Training, warnings
from fraudmatch.linkage.fitting.em import STRENGTH
from fraudmatch.linkage.fitting.model_text import model_text, renewed_text
from fraudmatch.linkage.fitting.patterns import AT_RANDOM, PER_PASS, Patterns, collect
from fraudmatch.linkage.fitting.train import train
from fraudmatch.linkage.size import bits_for, shifted
from fraudmatch.linkage.subjects import subjects_of

Say = Callable[[str], None]


def train_files(
    paths: list[Path], mappings: list[Path], model: Model, *, ref: str | None = None, keep_prior: bool = False,
    per_pass: int = PER_PASS, at_random: int = AT_RANDOM, strength: float = STRENGTH,
    threads: int | None = None, say: Say = lambda _: None,
) -> Training:  # fmt: skip
    """Fit a model to one file, or to two that are linked with each other.

    Args:
        paths, mappings, ref: as for `link_files`.
        model: the model to begin with.
        keep_prior: leave the prior as it is.
        per_pass, at_random: how many pairs to draw.
        strength: how many pairs at a level an old chance is worth.

    Raises:
        MappingError, RunError: as `link_files`; or the fit gave "same" another meaning.
    """
    ready = ready_files(paths, mappings, model, threads=threads, ref=ref, say=say)
    say(f"train: {model.id}")
    bits = bits_for(model, *ready.counts)
    patterns = collect(
        ready.table,
        shifted(model, bits, None),
        apart=ready.apart,
        side=ready.side,
        per_pass=per_pass,
        at_random=at_random,
        say=say,
    )
    return _trained(patterns, model, bits, ready.table.num_rows, keep_prior, strength)


def train_night(
    kept: Kept, model: Model, *, keep_prior: bool = False, per_pass: int = PER_PASS, at_random: int = AT_RANDOM,
    strength: float = STRENGTH, say: Say = lambda _: None,
) -> Training:  # fmt: skip
    """Fit a model to what it read in a night: its records, or the distinct addresses or firms.

    Raises:
        ConfigurationError: no record of the night takes part in such a model.
        RunError: the fit gave "same" another meaning.
    """
    records = kept.prepared.records
    subjects = subjects_of(records, kept.prepared.details, kept.groups, model.relation)
    rows = subjects.table.num_rows
    if rows < 2:
        raise ConfigurationError(
            f"The night of {kept.as_at.isoformat()} has {rows} records for {model.id} to learn from.",
            remedy="Name another model with --model.",
        )
    say(f"train: {model.id}")
    bits = bits_for(model, rows)
    patterns = collect(
        subjects.table,
        shifted(model, bits, None),
        apart=subjects.apart,
        per_pass=per_pass,
        at_random=at_random,
        say=say,
    )
    return _trained(patterns, model, bits, rows, keep_prior, strength)


def _trained(
    patterns: Patterns, model: Model, bits: int, records: int, keep_prior: bool, strength: float
) -> Training:  # fmt: skip
    """Fit at the number of records at hand; what comes out speaks of the number the model names."""
    here = shifted(model, bits, None)
    made = train(patterns, here, strength)
    prior = here.prior if keep_prior else made.prior
    new = shifted(renewed(here, made.m, made.u, prior), -bits, model.records)
    return Training(model, new, records, patterns, made)


def source_text(model: Model, name: str) -> str:
    """The file a model was read from, for its comments; `name` as given to `load_model`."""
    path = Path(name)
    if path.suffix == ".toml":
        return path.read_text(encoding="utf-8-sig")
    shipped = resources.files("fraudmatch.linkage") / "models" / f"{model.id}.toml"
    return shipped.read_text(encoding="utf-8") if shipped.is_file() else model_text(model)


def trained_text(made: Training, source: str) -> str:
    """The new model as a file: the old one's text with new numbers, and where they come from."""
    old, trained = made.old, made.trained
    found = f"{trained.expected_pairs:,.0f} of {made.patterns.possible:,} pairs"
    head = [
        f"{old.name}, fitted by `fraudmatch train` to {made.records:,} records, beginning with {old.id}.",
        "m by EM over the candidate pairs of the passes, u over random pairs (docs/measuring.md).",
        f"True pairs expected among the candidates: {found}.",
    ]
    head += [f"Mind: {line}" for line in warnings(made)]
    prior = f"log2 odds in files of this size, {made.records:,} records; {old.prior:g} in {old.id}"
    notes = {"prior": prior if made.new.prior != old.prior else f"as in {old.id}"}
    return renewed_text(source, made.new, head, notes)

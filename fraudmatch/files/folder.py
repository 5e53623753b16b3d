"""What `fraudmatch link` leaves in its folder for later questions: the records and the model.

Links alone cannot say why two records are no link, or how many pairs a lower threshold would
add. With the records as they were linked and the model, any pair can be judged again. The folder
holds personal data: it belongs where the files that were linked belong.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.errors import RunError
from fraudmatch.linkage import Linked, Model, load_model
from fraudmatch.linkage.fitting.model_text import model_text

RECORDS_FILE, MODEL_FILE = "records.parquet", "model.toml"


@dataclass(frozen=True)
class LinkFolder:
    """A linking read back.

    Attributes:
        records: the table that was linked; the row number of a record is its id in links.
        model: the model it was linked by.
        left, right: int64; the records of each link that was written.
        two: whether two files were linked with each other.
        summary: summary.json.
    """

    records: pa.Table
    model: Model
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    two: bool
    summary: dict[str, Any]

    @property
    def side(self) -> npt.NDArray[np.int8] | None:
        """int8 [records]: 0 left, 1 right; None for one file."""
        return sides(self.records) if self.two else None


def sides(records: pa.Table) -> npt.NDArray[np.int8]:
    """int8 [records]: 0 for partner "left", 1 for "right"."""
    right = pc.equal(records["partner"], "right").to_numpy(zero_copy_only=False)
    return np.asarray(right, np.int8)


def keep(folder: Path, linked: Linked) -> None:
    """Write the records as linked and the model into a link folder."""
    pq.write_table(linked.linker.encoder.table, folder / RECORDS_FILE)
    (folder / MODEL_FILE).write_text(model_text(linked.linker.model), encoding="utf-8")


def read_folder(folder: Path) -> LinkFolder:
    """Read a link folder back.

    Raises:
        RunError: it is no such folder, or an older one without records.
    """
    wanted = (RECORDS_FILE, MODEL_FILE, "links.parquet", "summary.json")
    absent = [name for name in wanted if not (folder / name).is_file()]
    if absent:
        raise RunError(
            f"{folder} has no {', '.join(absent)}.",
            remedy="Give the folder that `fraudmatch link --out` wrote; link again if it is an old one.",
        )
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    links = pq.read_table(folder / "links.parquet", columns=["left_id", "right_id"])
    left, right = (links[name].to_numpy().astype(np.int64) for name in ("left_id", "right_id"))
    model = load_model(folder / MODEL_FILE)
    return LinkFolder(
        pq.read_table(folder / RECORDS_FILE), model, left, right, bool(summary["two_files"]), summary
    )

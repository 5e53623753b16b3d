"""A worker that breaks in the midst of a file, at the word of the file's name."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.errors import ConservationError
from fraudmatch.extract import in_worker, one_file


def answer(ask: dict[str, Any]) -> Any:
    """As `in_worker.answer`, but files of certain names do harm while they are read."""
    harm = _HARMS.get(Path(ask["path"]).stem)
    real = one_file.read_grid

    def harmful(*arguments: Any, **named: Any) -> Any:
        grid = real(*arguments, **named)
        if harm is not None:
            harm()
        return grid

    one_file.read_grid = harmful
    try:
        told = in_worker.answer(ask)
    finally:
        one_file.read_grid = real
    return _lie(told, ask) if Path(ask["path"]).stem == "tax_lies" else told


def _lie(told: dict[str, Any], ask: dict[str, Any]) -> dict[str, Any]:
    """Hand over rows of a partner nobody asked for."""
    path = Path(ask["folder"]) / f"{ask['name']}.received.arrow"
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
    place = table.schema.get_field_index("partner")
    strange = pa.repeat(pa.scalar("elsewhere"), len(table))
    table = table.set_column(place, schemas.received_schema("council_tax").field("partner"), strange)
    path.unlink()
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as out:
        out.write_table(table)
    return told


def _kill() -> None:
    """Be killed from aside, as by a fault in native code."""
    threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGSEGV)).start()
    time.sleep(30)


def _loop() -> None:
    while True:
        pass


def _raise() -> None:
    raise ZeroDivisionError("SECRET")


def _lose() -> None:
    raise ConservationError("A row was lost.", remedy="Report it.")


_HARMS = {
    "tax_segv": _kill,
    "tax_memory": lambda: bytearray(8 << 30),
    "tax_cpu": _loop,
    "tax_wall": lambda: time.sleep(30),
    "tax_raises": _raise,
    "tax_loses": _lose,
}

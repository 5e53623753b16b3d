"""Between numpy and Arrow without pandas.

`pyarrow.array`, `pyarrow.scalar` and `Array.to_numpy` import pandas where it is installed: a fifth
of a second and some 40 MB that linking a file has no other use for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def to_arrow(numbers: npt.NDArray[Any], missing: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Numbers as an Arrow array, their memory shared where it lies in one piece.

    Args:
        missing: where they are null.
    """
    numbers = np.ascontiguousarray(numbers)
    kind = pa.from_numpy_dtype(numbers.dtype)
    known = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(kind, len(numbers), [known, pa.py_buffer(numbers)])


def to_numpy(array: pa.Array) -> npt.NDArray[Any]:
    """The numbers of a whole-number array, their memory shared; at nulls stands anything."""
    kind = np.dtype(str(array.type))
    if not len(array):
        return np.zeros(0, kind)
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]


def known(array: pa.Array) -> npt.NDArray[np.bool_] | None:
    """Where an array has a value; None = everywhere."""
    bits = array.buffers()[0] if array.null_count else None
    if bits is None:
        return np.zeros(len(array), np.bool_) if pa.types.is_null(array.type) else None
    stop = array.offset + len(array)
    flags = np.unpackbits(np.frombuffer(bits, np.uint8), count=stop, bitorder="little")
    return flags[array.offset :].view(np.bool_)


def text_parts(array: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Offsets [n + 1] and octets of a string array; text t is octets[offsets[t]:offsets[t + 1]]."""
    _, offsets, octets = array.buffers()
    if not len(array):  # which may have no offsets at all
        return np.zeros(1, np.int32), np.zeros(0, np.uint8)
    ends = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    return ends, np.frombuffer(octets, np.uint8) if octets else np.zeros(0, np.uint8)


def from_texts(texts: list[str]) -> pa.Array:
    """A string array."""
    octets = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, octets)], dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), len(texts), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(octets))]
    )


def repeated(text: str, times: int) -> pa.Array:
    """A string array that holds one text over and over."""
    return from_texts([text]).take(to_arrow(np.zeros(times, np.int32)))

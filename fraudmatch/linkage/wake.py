"""What numba does before the first compiled function runs, at a time of our choosing."""

from __future__ import annotations

import sys

import numpy as np

from fraudmatch.linkage.texts import text_facts

#: Sought by numba for fast dot products, which nothing here needs; it brings all of scipy.linalg.
_BLAS = "scipy.linalg.cython_blas"


def wake() -> None:
    """Have numba begin its work: a sixth of a second that can pass while columns are read.

    For as long as numba loads its array functions it is told that there is no BLAS, which spares
    as much again, and memory. Code of others that numba compiles in this process loses nothing but
    BLAS inside `numpy.cov`: what else needs it looks for it once more.
    """
    hidden = _BLAS not in sys.modules
    if hidden:
        sys.modules[_BLAS] = None  # type: ignore[assignment]
    try:
        import numba.np.arraymath  # noqa: F401
    finally:
        if hidden:
            del sys.modules[_BLAS]
    text_facts(np.zeros(1, np.int64), np.frombuffer(b"-", np.uint8))  # read-only, as Arrow's are

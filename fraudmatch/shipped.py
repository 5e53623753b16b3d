"""Where the files that travel with the package are: rules and the sample site.

In a checkout they stand at the top level, where people edit them; in a wheel they are inside
the package. The code asks here and nowhere else.
"""

from __future__ import annotations

from pathlib import Path

from fraudmatch.errors import RunError

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """The folder `name` ("rules" or "sample_data") as it came with this installation.

    Raises:
        RunError: the installation is incomplete.
    """
    for candidate in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise RunError(
        f"This installation has no folder {name}.", remedy="Install fraudmatch again from its wheel."
    )

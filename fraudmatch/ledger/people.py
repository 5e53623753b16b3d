"""Who acts."""

from __future__ import annotations

import getpass
import os


def login_name() -> str:
    """The login name of the operating system; its number where it has no name."""
    try:
        return getpass.getuser()[:100]
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"

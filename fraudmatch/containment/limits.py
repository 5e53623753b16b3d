"""What the reading of one file may use: the table [limits] of site.toml."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limits:
    """Limits on one file.

    Attributes:
        memory_mb: address space of the process that reads it; where the platform cannot limit it (Windows),
            it is not limited.
        cpu_seconds: processor time, likewise.
        wall_seconds: time by the clock; held on every platform.
        file_mb: size as delivered.
        expanded_mb: size unpacked.

    Raises:
        ValueError: a limit is not a whole number of at least 1.
    """

    memory_mb: int = 6144
    cpu_seconds: int = 600
    wall_seconds: int = 900
    file_mb: int = 2048
    expanded_mb: int = 4096

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"{limit.name} is a whole number of at least 1")

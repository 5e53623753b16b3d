"""Which files of a site a backup holds: all of them but what is being made, and what another disk cannot hold."""

from __future__ import annotations

from dataclasses import dataclass

from fraudmatch.site import Site


@dataclass(frozen=True)
class Contents:
    """Files of a site, by path from its folder with slashes, sorted.

    Attributes:
        files: to keep. left_out: links and other things that are no files; told, never followed.
    """

    files: tuple[str, ...]
    left_out: tuple[str, ...]


def contents_of(site: Site) -> Contents:
    """What a backup of the whole site holds.

    Hidden files and folders are what a command is still making, or locks. The journal of the store belongs
    to a write that is not finished. How the backups of this machine stand is nothing to put back on another.
    """
    files, left_out = [], []
    for path in sorted(site.root.rglob("*")):
        name = path.relative_to(site.root)
        if any(part.startswith(".") for part in name.parts) or name.as_posix() == site.backups_file.name:
            continue
        if path.name.endswith(("-journal", "-wal", "-shm")):
            continue
        if path.is_symlink():
            left_out.append(name.as_posix())
        elif path.is_file():
            files.append(name.as_posix())
        elif not path.is_dir():
            left_out.append(name.as_posix())
    if site.store is not None:  # on a server: the backup holds it as a file all the same
        files = sorted({*files, site.store_file.name})
    return Contents(tuple(files), tuple(left_out))


def decision_files(site: Site) -> tuple[str, ...]:
    """Files that people's decisions are in: what a backup of decisions reads again."""
    holding = (site.store_file, site.outcomes_file, site.releases_file, site.key_file)
    there = {path.name for path in holding if path.is_file()}
    return tuple(sorted(there | ({site.store_file.name} if site.store is not None else set())))

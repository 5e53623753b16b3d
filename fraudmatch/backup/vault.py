"""A folder of backups, on another disk or a partner's machine.

    objects/ab/ab12….age       one file of a site as it was, encrypted; kept once however many backups hold it
    backups/000017.age         one backup: which files with which objects, encrypted and signed
    vault.json                 the mark of the key that opens all of it

Objects are written before the backup that names them, so a backup in the folder can always be restored as
long as no object of it was lost or changed; both are noticed when it is read. Names of objects are keyed
digests: without the key nobody can tell whether a file he has is among them.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from fraudmatch.backup.key import Key
from fraudmatch.durable import make_folder, move_into_place, synced, temporary_beside, write_text
from fraudmatch.errors import BackupError

_NUMBER = re.compile(r"\d{6,}")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """One file of a site in a backup.

    Attributes:
        path: from the site folder, with slashes. size: bytes. sha256: of the content.
        object: name of the object. private: only its owner may read it.
    """

    path: str
    size: int
    sha256: str
    object: str
    private: bool


@dataclass(frozen=True)
class Backup:
    """What one backup says of itself.

    Attributes:
        number: from 1; backups are ordered by it, not by their times.
        taken_at: UTC, 2026-03-31T23:05:00Z, by the clock of the machine that took it.
        kind: "whole", or "decisions": only what people decided was read again, the rest is as in the one before.
        files: in the order of their paths.
        held: what it holds, in counts and names of runs; see `take.held_of`.
    """

    number: int
    taken_at: str
    kind: str
    site: str
    version: str
    files: tuple[Entry, ...]
    held: dict[str, Any]

    @property
    def name(self) -> str:
        """As it is called in the folder and on the command line."""
        return f"{self.number:06d}"

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files)


class Vault:
    """A folder of backups and the key to it.

    Raises:
        BackupError: the folder is not there, or belongs to another key.
    """

    def __init__(self, folder: Path, key: Key) -> None:
        self.folder, self.key = folder, key
        if not folder.is_dir():
            raise BackupError(
                f"The folder of backups {folder} is not there.",
                remedy="Connect the disk or share it is on, or make the folder.",
            )
        mark = folder / "vault.json"
        if mark.is_file() and _mark_in(mark) not in (None, key.mark):
            raise BackupError(
                f"The backups in {folder} were made with another key.", remedy="Give their key with --key."
            )

    def names(self) -> list[str]:
        """Names of the backups, oldest first."""
        found = [path.stem for path in (self.folder / "backups").glob("*.age")]
        return sorted((name for name in found if _NUMBER.fullmatch(name)), key=int)

    def read(self, name: str | None = None) -> Backup:
        """A backup; the newest when none is named.

        Raises:
            BackupError: there is none, it cannot be opened with the key, or it was changed.
        """
        names = self.names()
        if not names:
            raise BackupError(
                f"{self.folder} holds no backup.", remedy="Take one with: fraudmatch backup SITE"
            )
        chosen = names[-1] if name is None else f"{int(name):06d}" if name.isdecimal() else name
        if chosen not in names:
            raise BackupError(
                f"{self.folder} has no backup {chosen}.", remedy=f"It has {names[0]} to {names[-1]}."
            )
        path = self.folder / "backups" / f"{chosen}.age"
        told = self._opened(path)
        try:
            said = json.loads(told)
            body = said["backup"]
            if self.key.sign(_canonical(body)) != said["signature"] or f"{body['number']:06d}" != chosen:
                raise ValueError
            files = tuple(Entry(**one) for one in body["files"])
            return Backup(**body | {"files": files})
        except (ValueError, KeyError, TypeError):
            raise BackupError(
                f"{path} is not a backup made with this key.", remedy="Do not use it; restore another one."
            ) from None

    def add(self, backup: Backup) -> None:
        """Write a backup whose objects are all there.

        Raises:
            BackupError: it cannot be written.
        """
        body = asdict(backup)
        said = json.dumps({"backup": body, "signature": self.key.sign(_canonical(body))})
        make_folder(self.folder / "backups")
        if not (self.folder / "vault.json").is_file():
            write_text(self.folder / "vault.json", json.dumps({"key": self.key.mark}) + "\n")
        path = self.folder / "backups" / f"{backup.name}.age"
        if path.exists():
            raise BackupError(f"{path} is there already.", remedy="Two backups ran at once; try again.")
        self._sealed(io.BytesIO(said.encode("utf-8")), path)

    def object_of(self, sha256: str) -> str:
        """The name of the object of a content."""
        return self.key.sign(bytes.fromhex(sha256))

    def put(self, source: Path, sha256: str) -> bool:
        """Keep a file under its content; whether it was new.

        Raises:
            FileChanged: the content is no longer the one named.
            BackupError: it cannot be written.
        """
        path = self._path(self.object_of(sha256))
        if path.is_file():
            return False
        make_folder(path.parent)
        with source.open("rb") as stream:
            hashing = _Hashing(stream)
            self._sealed(hashing, path, lambda: _insist(hashing.hexdigest() == sha256, source))
        return True

    def fetch(self, entry: Entry, to: Path) -> None:
        """Write a file of a backup where it is to stand.

        Raises:
            BackupError: the object is missing, was changed, or is of another key.
        """
        import pyrage

        path, hashing = self._path(entry.object), None
        make_folder(to.parent)
        try:
            with path.open("rb") as sealed, to.open("xb") as out:
                if entry.private:
                    to.chmod(0o600)
                hashing = _Hashing(out)
                pyrage.decrypt_io(sealed, hashing, [self.key.identity])
                synced(out)
        except FileNotFoundError:
            raise BackupError(
                f"{entry.path} is missing from the backup: {path} is not there.",
                remedy="Restore another backup.",
            ) from None
        except (pyrage.DecryptError, OSError) as error:
            if hashing is not None and hashing.failure is not None:
                raise hashing.failure from None
            if getattr(error, "errno", None) is not None:
                raise
            raise _damaged(entry, path) from None  # the library says so in an OSError without a number
        if hashing.hexdigest() != entry.sha256:
            raise _damaged(entry, path)

    def objects(self) -> set[str]:
        """Names of all objects."""
        return {path.stem for path in (self.folder / "objects").glob("??/*.age")}

    def remove(self, names: Iterable[str]) -> int:
        """Remove backups, then the objects that no other one holds; how many bytes that frees.

        Raises:
            BackupError: one of those that stay cannot be read; nothing was removed.
        """
        going = set(names)
        staying = [self.read(name) for name in self.names() if name not in going]
        needed = {entry.object for backup in staying for entry in backup.files}
        for name in sorted(going):
            (self.folder / "backups" / f"{name}.age").unlink(missing_ok=True)
        freed = 0
        for name in sorted(self.objects() - needed):
            path = self._path(name)
            freed += path.stat().st_size
            path.unlink()
        return freed

    def _path(self, name: str) -> Path:
        return self.folder / "objects" / name[:2] / f"{name}.age"

    def _opened(self, path: Path) -> bytes:
        import pyrage

        try:
            return bytes(pyrage.decrypt(path.read_bytes(), [self.key.identity]))
        except pyrage.DecryptError:
            raise BackupError(
                f"{path} cannot be opened: it was changed, or made with another key.",
                remedy="Give the key it was made with, or restore another backup.",
            ) from None

    def _sealed(self, source: Any, path: Path, check: Any = None) -> None:
        """Encrypt a stream into a file, which is there whole or not at all."""
        import pyrage

        try:
            with temporary_beside(path) as draft:
                with draft.open("wb") as out:
                    pyrage.encrypt_io(source, out, [self.key.recipient])
                    synced(out)
                if check is not None:
                    check()
                move_into_place(draft, path)
        except (OSError, pyrage.EncryptError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise BackupError(
                f"{path} cannot be written: {reason}.",
                remedy="Make room there or name another folder; earlier backups are as they were.",
            ) from error


class FileChanged(Exception):
    """A file changed while it was read."""


class _Hashing:
    """A stream, and the digest of what went through it.

    Attributes:
        failure: why a write failed; what stands between us and the stream does not hand that on.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._digest = stream, hashlib.sha256()
        self.failure: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        block = self._stream.read(size)
        self._digest.update(block)
        return block

    def write(self, block: bytes) -> int:
        """Write on."""
        self._digest.update(block)
        try:
            return self._stream.write(block)
        except OSError as error:
            self.failure = error
            raise

    def flush(self) -> None:
        """Hand on what was written."""
        self._stream.flush()

    def hexdigest(self) -> str:
        """SHA-256 of all so far."""
        return self._digest.hexdigest()


def _insist(same: bool, source: Path) -> None:
    if not same:
        raise FileChanged(source)


def _damaged(entry: Entry, path: Path) -> BackupError:
    return BackupError(
        f"{entry.path} is damaged in the backup: {path} is not as it was written.",
        remedy="Restore another backup, or the same one from another disk.",
    )


def _mark_in(path: Path) -> str | None:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["key"])
    except (ValueError, KeyError, TypeError):
        return None  # only a help to people; the signature of each backup decides


def _canonical(body: Any) -> bytes:
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8")

"""One night, whatever the machine: threads, hash seed, time zone and locale change no byte of what is published."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fraudmatch.sample import generate

#: Parts of a manifest that tell of the clock and the machine.
CLOCK = ("started", "finished", "seconds", "peak_mb")
#: A machine: threads, hash seed, time zone, locale.
MACHINES = (
    (1, "0", "UTC", "C"),
    (2, "77", "Pacific/Auckland", "C.UTF-8"),
    (8, "4294967295", "America/St_Johns", "POSIX"),
)


def digest_of(folder: Path) -> str:
    """One digest of every file of a run, by name and content; of its manifest without the clock."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.name == "manifest.json":
                told = json.loads(content)
                content = json.dumps(
                    {name: told[name] for name in sorted(told) if name not in CLOCK}
                ).encode()
            whole.update(
                path.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(content).digest()
            )
    return whole.hexdigest()


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("new") / "site"
    generate(root, people=2_000, seed=3)
    return root


@pytest.mark.slow
def test_three_machines_give_one_digest(new: Path, tmp_path: Path) -> None:
    digests = set()
    for number, (threads, seed, zone, locale) in enumerate(MACHINES):
        root = tmp_path / f"machine {number}" / "site"
        shutil.copytree(new, root)
        for path in sorted((root / "deliveries").rglob("*"), reverse=bool(number % 2)):
            os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
        counts = {name: str(threads) for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS")}
        environment = {**os.environ, **counts, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        command = [sys.executable, "-m", "fraudmatch", "run", str(root), "--quiet", "--threads", str(threads)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (manifest,) = (root / "runs").glob("*/manifest.json")
        digests.add((manifest.parent.name, digest_of(manifest.parent)))
    assert len(digests) == 1

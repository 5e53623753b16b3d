"""Folders to work in: removed when done, and those of programs that were killed by the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fraudmatch.scratch import scratch_folder

SCRIPT = """
import sys
from pathlib import Path
from fraudmatch.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "held").write_text("something")
    print(folder.name, flush=True)
    sys.stdin.read()
"""


def test_it_is_gone_afterwards_also_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="wrong"), scratch_folder(tmp_path) as folder:
        (folder / "deep").mkdir()
        assert folder.stat().st_mode & 0o077 == 0
        raise ValueError("wrong")
    assert list(tmp_path.iterdir()) == []


def test_those_of_killed_programs_are_removed_and_those_of_living_ones_are_not(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    names = []
    for one in started:
        assert one.stdout is not None
        names.append(one.stdout.readline().decode().strip())
    killed, living = started
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    new = tmp_path / ".scratch-999999999-new"
    new.mkdir()
    old = tmp_path / ".scratch-999999999-old"
    old.mkdir()
    os.utime(old, (0, 0))
    assert (tmp_path / names[0] / "held").exists()
    with scratch_folder(tmp_path) as outer, scratch_folder(tmp_path) as inner:
        there = {path.name for path in tmp_path.iterdir()}
        assert there == {names[1], new.name, outer.name, inner.name}
    assert (tmp_path / names[1] / "held").exists()
    living.communicate()
    assert [path.name for path in tmp_path.iterdir()] == [new.name]
    for one in started:
        for stream in (one.stdin, one.stdout):
            if stream is not None:
                stream.close()

"""Processes that are shut in: what breaks one breaks one answer and nothing else."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fraudmatch.containment import Crashed, Done, Limits, Overrun, Pool, Raised
from fraudmatch.errors import RunError

LIMITS = Limits(memory_mb=1024, cpu_seconds=60, wall_seconds=60)
posix = pytest.mark.skipif(os.name != "posix", reason="the system has no such limits")
linux = pytest.mark.skipif(sys.platform != "linux", reason="address space and namespaces are Linux's")


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    one = _pool(1)
    yield one
    one.close()


def _pool(size: int) -> Pool:
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    return Pool("answers:answer", size)


def test_answers_come_in_the_order_of_requests(pool: Pool) -> None:
    asked = [["echo", number] for number in range(20)]
    assert pool.ask_all(asked, LIMITS) == [Done(number) for number in range(20)]
    assert pool.ask_all([], LIMITS) == []


def test_one_process_answers_many(pool: Pool) -> None:
    first, second = pool.ask_all([["pid"], ["pid"]], LIMITS)
    assert first == second != Done(os.getpid())


def test_two_work_side_by_side() -> None:
    pool = _pool(2)
    pool.wake(2)
    pool.ask_all([["sleep", 0.2], ["sleep", 0.2]], LIMITS)  # both are up
    begun = time.monotonic()
    assert pool.ask_all([["sleep", 1], ["sleep", 1]], LIMITS) == [Done("slept")] * 2
    assert time.monotonic() - begun < 1.8
    pool.close()


@posix
@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL", "SIGABRT", "SIGBUS"])
def test_a_killed_process_costs_one_answer(pool: Pool, name: str) -> None:
    asked = [["echo", 1], ["die", int(getattr(signal, name))], ["echo", 2]]
    assert pool.ask_all(asked, LIMITS) == [Done(1), Crashed(name), Done(2)]


@linux
def test_memory_is_limited(pool: Pool) -> None:
    found = pool.ask_all([["take", 1100], ["take", 300]], LIMITS)
    assert found == [Overrun("more than 1024 MB of memory"), Done(300 << 20)]


@posix
def test_what_may_be_written_is_limited(pool: Pool, tmp_path: Path) -> None:
    small = replace(LIMITS, memory_mb=900)
    asked = [["write", str(tmp_path / "a"), 400], ["write", str(tmp_path / "b"), 1]]
    assert pool.ask_all(asked, small) == [Done(400 << 20), Done(1 << 20)]
    assert pool.ask_all([["take", 901]], small) == [Overrun("more than 900 MB of memory")]


@posix
def test_processor_time_is_limited_for_each_answer(pool: Pool) -> None:
    tight = replace(LIMITS, cpu_seconds=1)
    # Three times 0.7 seconds are more than one, but no answer is.
    asked = [["spin", 0.7]] * 3 + [["spin", 30], ["echo", 1]]
    *fine, late, after = pool.ask_all(asked, tight)
    assert fine == [Done("spun")] * 3
    assert late == Overrun("more than 1 seconds of processor time")
    assert after == Done(1)


def test_the_clock_is_a_limit(pool: Pool) -> None:
    begun = time.monotonic()
    found = pool.ask_all([["sleep", 30], ["sleep", 0.1]], replace(LIMITS, wall_seconds=1))
    assert found == [Overrun("more than 1 seconds"), Done("slept")]
    assert time.monotonic() - begun < 10


def test_there_is_no_network(pool: Pool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert pool.ask_all([["connect", port]], LIMITS) == [Raised("PermissionError")]
        if sys.platform == "linux":
            (native,) = pool.ask_all([["connect natively", port]], LIMITS)
            # 0 only where the machine forbids namespaces; said, not failed.
            if native == Done(0):
                pytest.skip("this machine lets nobody leave the network")
            assert native == Done(-1)


@posix
def test_no_programs_no_core_dumps_few_files(pool: Pool) -> None:
    assert pool.ask_all([["start"]], LIMITS) == [Raised("PermissionError")]
    assert pool.ask_all([["limits"]], LIMITS) == [Done([[0, 0], [256, 256]])]


def test_an_error_is_told_without_its_text(pool: Pool) -> None:
    assert pool.ask_all([["raise"], ["echo", 1]], LIMITS) == [Raised("ValueError"), Done(1)]


def test_what_libraries_print_is_no_reply(pool: Pool) -> None:
    assert pool.ask_all([["babble"]], LIMITS) == [Done("quiet")]


def test_keys_are_not_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAUDMATCH_AGE_KEY", "SECRET")
    pool = _pool(1)
    (found,) = pool.ask_all([["environment"]], LIMITS)
    assert isinstance(found, Done) and "PATH" in found.reply
    assert not any(name.startswith("FRAUDMATCH_") for name in found.reply)
    pool.close()


def test_a_process_that_does_not_start_is_an_error() -> None:
    with pytest.raises(RunError, match=r"does not start: .*no_such_module"):
        Pool("no_such_module:answer").ask_all([1], LIMITS)


@pytest.mark.parametrize("wrong", [0, -1, True, 1.5, "10"])
def test_limits_are_whole_numbers(wrong: object) -> None:
    with pytest.raises(ValueError, match="memory_mb is a whole number of at least 1"):
        Limits(memory_mb=wrong)  # type: ignore[arg-type]

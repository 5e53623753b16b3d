"""The process that is shut in: `python -m fraudmatch.containment.child MODULE:FUNCTION`.

It reads one request a line on standard input and writes one reply a line, both JSON. It begins with the
standard library and `errors` alone, so that the network is gone before anything else is loaded.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from fraudmatch.errors import FraudmatchError

if sys.platform != "win32":  # there the parent's clock is the only limit
    import resource

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_NO_NEW_PRIVILEGES = 38
_OPEN_FILES = 256
#: A process that keeps more than this after a file gives it back by ending; a new one starts in half a second.
_KEPT_MB = 400
#: What nobody who reads a file has to do. Audit events of Python itself; native code is held by the
#: network namespace and the limits of the system.
_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system",
              "os.startfile", "ftplib.", "http.client.", "urllib.Request", "smtplib.", "webbrowser.")  # fmt: skip


def main() -> None:
    """Shut in, load what answers, answer until the input ends."""
    replies = _private_output()
    _shut_in()
    module, function = sys.argv[1].split(":")
    answer = getattr(importlib.import_module(module), function)
    sys.addaudithook(_refuse)
    _reply(replies, {"ready": True})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _limit(request["limits"])
        reply = _answered(answer, request["ask"])
        reply["leaves"] = "done" not in reply or _grown()
        _reply(replies, reply)
        if reply["leaves"]:
            break
    # What a library would do on its way out is not wanted; nothing is left to write.
    os._exit(0)


def _private_output() -> BinaryIO:
    """Standard output for replies alone; what libraries print goes to standard error."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "wb")


def _reply(replies: BinaryIO, reply: dict[str, Any]) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    replies.flush()


def _answered(answer: Callable[[dict[str, Any]], Any], ask: dict[str, Any]) -> dict[str, Any]:
    """What became of one request: done, a limit, or the kind of error. Never its text: it may hold a value."""
    try:
        return {"done": answer(ask)}
    except MemoryError:
        return {"limit": "memory"}
    except OSError as error:
        # EFBIG: the limit on what may be written. ENOMEM comes as OSError from mappings.
        return {"limit": "memory"} if error.errno in (12, 27) else {"raised": type(error).__name__}
    except FraudmatchError as error:  # its words are ours and hold no value
        return {"raised": type(error).__name__, "said": [error.message, error.remedy]}
    except Exception as error:
        return {"raised": type(error).__name__}


def _shut_in() -> None:
    """No network, no core dump, no privileges, few files; the interrupt key is the parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(None, use_errno=True)
            library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
            # Where the machine forbids both, sockets are still refused by `_refuse`.
            if library.unshare(_NEW_NET) != 0:
                library.unshare(_NEW_USER | _NEW_NET)
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    sys.meta_path.insert(0, _NoPandas())


class _NoPandas:
    """pyarrow looks for pandas and would load it, which takes longer than reading most files."""

    def find_spec(self, name: str, *_: object) -> None:
        """Say that there is no pandas; nothing about other modules."""
        if name == "pandas":
            raise ModuleNotFoundError(name, name=name)


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not allowed here")


def _limit(limits: dict[str, int]) -> None:
    """Lay the limits of one file upon the process; processor time counts from here."""
    if sys.platform == "win32":
        return
    memory = limits["memory_mb"] << 20
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + limits["cpu_seconds"]
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, memory),
        (resource.RLIMIT_CPU, seconds),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))


def _grown() -> bool:
    """Whether so much memory stays taken that the next file should have a fresh process."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - pathlib adds nothing
            pages = int(file.read().split()[1])
    except OSError:
        return False
    return pages * os.sysconf("SC_PAGE_SIZE") > _KEPT_MB << 20


if __name__ == "__main__":
    main()

"""What the contained processes of these tests do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import Any


def answer(ask: Any) -> Any:
    """Do the thing named."""
    return _THINGS[ask[0]](*ask[1:])


def _die(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(60)


def _spin(seconds: float) -> str:
    while time.process_time() < seconds:
        pass
    return "spun"


def _sleep(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def _take(megabytes: int) -> int:
    return len(bytearray(megabytes << 20))


def _write(path: str, megabytes: int) -> int:
    with open(path, "wb") as file:  # noqa: PTH123
        return file.write(bytes(megabytes << 20))


def _connect(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        return "connected"


def _connect_natively(port: int) -> int:
    """Round the audit hook, as native code would: what the system itself says."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    one = libc.socket(2, 1, 0)
    address = (2).to_bytes(2, sys.byteorder) + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    return int(libc.connect(one, address, 16))


def _start() -> str:
    return subprocess.run(["echo", "hello"], capture_output=True, check=True).stdout.decode()


def _raise() -> None:
    raise ValueError("SECRET")


def _limits() -> list[Any]:
    import resource

    return [resource.getrlimit(resource.RLIMIT_CORE), resource.getrlimit(resource.RLIMIT_NOFILE)]


def _environment() -> list[str]:
    return sorted(os.environ)


def _babble() -> str:
    print("not a reply")
    os.write(1, b"nor this\n")
    return "quiet"


_THINGS = {
    "echo": lambda text: text,
    "pid": os.getpid,
    "die": _die,
    "spin": lambda seconds: _spin(time.process_time() + seconds),
    "sleep": _sleep,
    "take": _take,
    "write": _write,
    "connect": _connect,
    "connect natively": _connect_natively,
    "start": _start,
    "raise": _raise,
    "limits": _limits,
    "environment": _environment,
    "babble": _babble,
}

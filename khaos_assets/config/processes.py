"""Which process is at work on something, and whether it still is: one that was killed cannot say so itself."""

from __future__ import annotations

import os
import socket


def this_process() -> str:
    """`<host>:<process id>`."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_gone(process: str) -> bool:
    """Whether a process of this host has ended. False of another host's, of which nothing is known."""
    host, _, number = process.rpartition(":")
    if host != socket.gethostname() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False

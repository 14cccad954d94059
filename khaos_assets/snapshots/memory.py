"""Memory that was freed stays with the process that reads pages, to be used for the next page.

The C library gives blocks of a page's size back to the system as soon as they are free, and asks for them again a
millisecond later; the system then hands them out anew, 4 KiB by 4 KiB. That took a third of the time of a walk.
"""

from __future__ import annotations

import ctypes

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Parameters of mallopt(3)."""
KEPT, OWN_MAPPING = 256 << 20, 32 << 20
"""Bytes: free memory at the end of the heap that is kept; from where a block is mapped apart (the highest allowed)."""


def keep_freed_memory() -> None:
    """Tell the C library of this process, where it is one that can be told (glibc); else nothing happens."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(TRIM_THRESHOLD, KEPT)
        mallopt(MMAP_THRESHOLD, OWN_MAPPING)

"""A packed body is taken whole or not at all, whatever the library that unpacks it thinks of the rest."""

from __future__ import annotations

import gzip
import zlib
from contextlib import suppress

import pytest

from khaos_assets.systems.transport.encoding import NotWhole, TooLarge, gunzip

BODY = b'{"stock":[' + b",".join(b'{"skuId":"A-%03d","onHand":%d}' % (n, n * n) for n in range(40)) + b"]}"
PACKED = gzip.compress(BODY, mtime=0)
TRAILER = 8


def test_a_whole_member_is_the_body_to_the_last_byte() -> None:
    assert gunzip(PACKED, len(BODY)) == BODY


def test_no_beginning_of_a_body_passes_for_the_body() -> None:
    for size in range(len(PACKED)):
        with pytest.raises(NotWhole):
            gunzip(PACKED[:size], len(BODY))


@pytest.mark.parametrize("behind", [b"\0", b"\n", PACKED, PACKED[:5]])
def test_whatever_stands_behind_the_member_is_refused(behind: bytes) -> None:
    with pytest.raises(NotWhole, match="follow the end"):
        gunzip(PACKED + behind, 10 * len(BODY))


def test_a_byte_changed_on_the_way_never_gives_another_body() -> None:
    for place in range(len(PACKED)):
        for bit in range(8):
            changed = bytearray(PACKED)
            changed[place] ^= 1 << bit
            # The header tells a time and a system, and the last block may end in spare bits: these change no body
            with suppress(NotWhole, TooLarge):
                assert gunzip(bytes(changed), len(BODY)) == BODY


@pytest.mark.parametrize("place", range(1, TRAILER + 1))
def test_sum_and_length_at_the_end_are_looked_at(place: int) -> None:
    changed = bytearray(PACKED)
    changed[-place] ^= 0xFF
    with pytest.raises(NotWhole):
        gunzip(bytes(changed), len(BODY))


def test_a_body_beyond_the_limit_is_not_unpacked() -> None:
    with pytest.raises(TooLarge):
        gunzip(PACKED, len(BODY) - 1)
    bomb = gzip.compress(bytes(50_000_000), compresslevel=9)
    with pytest.raises(TooLarge):
        gunzip(bomb, 1_000_000)


@pytest.mark.parametrize("wbits", [zlib.MAX_WBITS, -zlib.MAX_WBITS])
def test_a_stream_of_another_kind_is_refused(wbits: int) -> None:
    packer = zlib.compressobj(wbits=wbits)
    with pytest.raises(NotWhole):
        gunzip(packer.compress(BODY) + packer.flush(), len(BODY))

"""What is costly is worked out once for each version, by one thread, and nobody waits for what is only newer."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from khaos_assets.portal.memory import Memory


def test_it_is_made_once_for_a_version_and_again_for_the_next() -> None:
    memory, made = Memory(), list[int]()

    def get(version: int) -> int:
        return memory.get("x", version, lambda: made.append(version) or version)

    assert [get(1), get(1), get(2), get(2)] == [1, 1, 2, 2]
    assert made == [1, 2]


def test_of_many_who_ask_at_once_one_works_it_out() -> None:
    memory, made = Memory(), list[int]()

    def slow() -> int:
        time.sleep(0.05)
        made.append(1)
        return 7

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: memory.get("x", 1, slow), range(8))) == [7] * 8
    assert made == [1]


def test_what_is_only_seconds_old_is_good_enough_where_that_was_said() -> None:
    memory = Memory()
    assert memory.get("x", 1, lambda: "old", seconds=60) == "old"
    assert memory.get("x", 2, lambda: "new", seconds=60) == "old"
    assert memory.get("x", 2, lambda: "new", seconds=0) == "new"


def test_while_the_next_is_made_everybody_is_given_the_one_before() -> None:
    memory, go = Memory(), Event()
    assert memory.get_meanwhile("x", 1, lambda: "old") == "old"

    def new() -> str:
        go.wait(5)
        return "new"

    assert [memory.get_meanwhile("x", 2, new) for _ in range(3)] == ["old"] * 3
    go.set()
    until = time.monotonic() + 5
    while memory.get_meanwhile("x", 2, new) == "old" and time.monotonic() < until:
        time.sleep(0.01)
    assert memory.get_meanwhile("x", 2, new) == "new"


def test_where_the_next_cannot_be_made_the_one_before_stays_and_it_is_tried_again() -> None:
    memory, tries = Memory(), list[int]()
    memory.get_meanwhile("x", 1, lambda: "old")

    def broken() -> str:
        tries.append(1)
        raise OSError("gone")

    until = time.monotonic() + 5
    while len(tries) < 2 and time.monotonic() < until:
        assert memory.get_meanwhile("x", 2, broken) == "old"
        time.sleep(0.01)
    assert len(tries) >= 2


def test_the_least_used_of_many_is_forgotten() -> None:
    memory, made = Memory(size=2), list[str]()
    for name in ("a", "b", "a", "c", "a", "b"):
        memory.get(name, 1, lambda n=name: made.append(n))
    assert made == ["a", "b", "c", "b"]

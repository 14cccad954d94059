"""Files are there whole or not at all, and what a process that was killed left half written goes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from khaos_assets.config.processes import is_gone, this_process
from khaos_assets.config.store import replacing, write_bytes


def killed_while_writing(path: Path) -> None:
    child = os.fork()
    if child == 0:
        with replacing(path) as temporary:
            temporary.write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_what_a_killed_process_left_half_written_goes_with_the_next_file_of_its_folder(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"old")
    killed_while_writing(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert len(names(tmp_path)) == 2
    write_bytes(tmp_path / "b", b"new")
    assert names(tmp_path) == ["a", "b"]


def test_what_another_process_is_writing_stays(tmp_path: Path) -> None:
    with replacing(tmp_path / "a") as mine:
        mine.write_bytes(b"first")
        write_bytes(tmp_path / "a", b"second")
        write_bytes(tmp_path / "b", b"new")
        assert mine.exists()
    assert (tmp_path / "a").read_bytes() == b"first"
    elsewhere = tmp_path / ".c.0~another-host:1~.part"
    elsewhere.touch()
    write_bytes(tmp_path / "b", b"newer")
    assert elsewhere.exists()


def test_a_file_that_failed_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "a") as temporary:
        temporary.write_bytes(b"half")
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_a_process_is_gone_only_where_this_host_knows_it() -> None:
    host = this_process().rpartition(":")[0]
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    assert is_gone(f"{host}:{child}")
    assert not is_gone(this_process())
    assert not is_gone(f"another-{host}:{child}")
    assert not is_gone("")

"""Files that are whole or not there."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograd.support import files
from autograd.support.files import open_whole, path_shown, read_whole, write_whole


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    write_whole(path, b"first")
    write_whole(str(path), b"second")
    assert path.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.svg"
    path.write_bytes(b"old")
    with pytest.raises(IsADirectoryError, match="is a folder; name a file in it"):
        write_whole(tmp_path, b"new")
    missing = tmp_path / "missing" / "x.svg"
    with pytest.raises(FileNotFoundError, match=rf"cannot write to {missing}: No such file or directory; its folder"):
        write_whole(missing, b"new")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_is_written_to() -> None:
    script = "from autograd.support.files import write_whole; write_whole('/dev/stdout', b'through the pipe')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout == b"through the pipe"


def test_a_file_is_readable_as_others_are(tmp_path: Path) -> None:
    write_whole(tmp_path / "written", b"")
    (tmp_path / "usual").touch()
    assert (tmp_path / "written").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    for mode in (0o600, 0o640, 0o664, 0o666, 0o755, 0o444):
        path.write_bytes(b"old")
        path.chmod(mode)
        write_whole(path, b"new")
        assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", mode)
        path.unlink()


def test_what_is_private_is_never_open_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"old")
    path.chmod(0o600)
    sync, modes = os.fsync, []

    def watched(descriptor: int) -> None:
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    write_whole(path, b"new")
    assert modes == [0o600]


@pytest.mark.parametrize("there", [True, False], ids=["to a file", "dangling"])
@pytest.mark.parametrize("absolute", [True, False], ids=["absolute", "relative"])
def test_a_symbolic_link_stays_and_its_target_is_replaced(tmp_path: Path, there: bool, absolute: bool) -> None:
    (tmp_path / "models").mkdir()
    target = tmp_path / "models" / "today.json"
    if there:
        target.write_bytes(b"old")
        target.chmod(0o640)
    link, second = tmp_path / "latest.json", tmp_path / "link to the link"
    link.symlink_to(target if absolute else Path("models", "today.json"))
    second.symlink_to(link)
    for path in (link, second):
        write_whole(path, str(path).encode())
        assert target.read_bytes() == str(path).encode()
        assert not target.is_symlink()
    assert not there or stat.S_IMODE(target.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert second.is_symlink()
    assert sorted(tmp_path.rglob("*")) == sorted([link, second, target.parent, target])


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(OSError, match=r"cannot write to .*a: "):
        write_whole(tmp_path / "a", b"")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("letter", ["x", "é", "∇"])
def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path, letter: str) -> None:
    longest = os.pathconf(tmp_path, "PC_NAME_MAX")
    name = letter * (longest // len(letter.encode()))
    for content in (b"first", b"second"):
        write_whole(tmp_path / name, content)
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, content)]
    with pytest.raises(OSError, match="File name too long"):
        write_whole(tmp_path / (name + letter), b"third")
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
def test_no_part_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    target, link = tmp_path / "x.svg", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)

    def fail(*_: object) -> None:
        raise error

    target.chmod(0o600)
    for module, name in ((os, "fsync"), (Path, "replace"), (Path, "chmod")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, fail)
            for path in (target, link):
                with pytest.raises(type(error)):
                    write_whole(path, b"new")
        assert target.read_bytes() == b"old"
        assert sorted(tmp_path.iterdir()) == [link, target]


def test_a_stream_by_name_is_written_to_where_it_stands(tmp_path: Path) -> None:
    script = "from autograd.support.files import write_whole; write_whole('/dev/stdout', b'whole')"
    with (tmp_path / "out").open("w+b") as out:
        subprocess.run([sys.executable, "-c", script], stdout=out, check=True)
        out.seek(0)
        assert out.read() == b"whole"
    assert Path("/dev/stdout").is_symlink()


# -- parts that were left ---------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from autograd.support.files import write_whole
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
write_whole(sys.argv[1], b"new")
"""


def killed_while_writing(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("name", ["x.json", "∇" * 80])
def test_the_next_save_removes_what_a_killed_one_left(name: str, tmp_path: Path) -> None:
    path, other = tmp_path / name, tmp_path / "other"
    path.write_bytes(b"old")
    for _ in range(3):
        killed_while_writing(path)
    killed_while_writing(other)
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 3  # it, and a part of each
    write_whole(path, b"new")
    left = [entry for entry in tmp_path.iterdir() if entry != path]
    assert len(left) == 1  # of the other
    write_whole(other, b"new")
    assert sorted(tmp_path.iterdir()) == sorted([path, other])


def test_through_a_link_the_parts_beside_the_target_are_removed(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    target, link = tmp_path / "models" / "today.json", tmp_path / "latest.json"
    link.symlink_to(target)
    killed_while_writing(link)
    assert len(list(target.parent.iterdir())) == 1
    write_whole(target, b"new")
    assert list(target.parent.iterdir()) == [target]


def test_what_is_being_written_is_not_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a file is written, another is written to its place, twice."""
    path, sync, depth = tmp_path / "x.json", os.fsync, iter([b"second", b"third"])

    def meanwhile(descriptor: int) -> None:
        content = next(depth, None)
        if content is not None:
            write_whole(path, content)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", meanwhile)
    write_whole(path, b"first")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("is_gone", [True, False], ids=["removed before the lock", "locked by who removes it"])
def test_a_part_that_is_taken_for_one_that_was_left_is_begun_again(
    is_gone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may look between its creation and its lock."""
    path, lock, taken = tmp_path / "x.json", fcntl.flock, []

    def too_late(file: Any, operation: int) -> None:
        if not taken:
            taken.extend(tmp_path.glob(".*.part"))
            if not is_gone:
                raise BlockingIOError
        for part in taken:
            part.unlink(missing_ok=True)
        lock(file, operation)

    monkeypatch.setattr(fcntl, "flock", too_late)
    write_whole(path, b"whole")
    assert len(taken) == 1
    assert path.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_system_without_locks_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", fail)
    for content in (b"first", b"second"):
        write_whole(tmp_path / "x.json", content)
        assert [file.read_bytes() for file in tmp_path.iterdir()] == [content]


def test_what_is_no_part_of_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    killed_while_writing(path)
    [part] = tmp_path.iterdir()
    others = [part.with_suffix(".json"), tmp_path / ".mine.part", tmp_path / "x.part", part.with_name(f"{part.name}~")]
    for other in others:
        other.touch()
    part.with_name(f"{part.stem}0.part").mkdir()
    os.mkfifo(part.with_name(f"{part.stem}1.part"))
    write_whole(path, b"new")
    assert not part.exists()
    assert len(list(tmp_path.iterdir())) == len([path, *others]) + 2


# -- reading ----------------------------------------------------------------------------------------------------------


def test_a_file_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PIECE", 7)
    for size in (0, 1, 6, 7, 8, 14, 20):
        (tmp_path / "x").write_bytes(bytes(range(size)))
        assert read_whole(tmp_path / "x", "x", most=20) == bytes(range(size))
    (tmp_path / "x").write_bytes(bytes(21))
    with pytest.raises(ValueError, match="load: x has 21 bytes, more than the 20 that are read"):
        read_whole(tmp_path / "x", "load: x", most=20)


def test_a_file_that_is_longer_than_it_says_is_refused() -> None:
    assert os.stat("/proc/self/status").st_size == 0
    assert read_whole("/proc/self/status", "x", most=2**20).startswith(b"Name:")
    with pytest.raises(ValueError, match="x has more than the 100 bytes that are read"):
        read_whole("/proc/self/status", "x", most=100)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (Path.mkdir, "x is a folder; name a file in it"),
        (os.mkfifo, "x is a pipe, not a file; write what comes through it to a file first"),
        (lambda path: path.symlink_to("/dev/zero"), "x is a device, not a file; write what comes from it to a file"),
    ],
)
def test_what_is_no_file_is_not_opened(make: Callable[[Path], object], told: str, tmp_path: Path) -> None:
    make(tmp_path / "it")
    for read in (open_whole, read_whole):
        with pytest.raises(ValueError, match=told):
            read(tmp_path / "it", "x", most=100)


def test_a_path_is_shown_whole_and_on_one_line() -> None:
    assert path_shown("a/" * 500 + "b.json") == "a/" * 500 + "b.json"
    assert path_shown("모델  1.json") == "모델  1.json"
    assert path_shown(Path("a\x1b[31m\n\udcff\u202e")) == r"a\x1b[31m\n\udcff\u202e"


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x is not a path: it has a null character"):
        read_whole("a\0b", "x", most=1)
    with pytest.raises(ValueError, match=r"a\\x00b is not a path: it has a null character"):
        write_whole("a\0b", b"")
    lone = str(tmp_path / "\ud800")
    with pytest.raises(ValueError, match=r"\\ud800 can't be a file's name here, where names are in utf-8; choose"):
        write_whole(lone, b"")


@pytest.mark.skipif(sys.platform == "darwin", reason="names of files are in UTF-8 there, whatever the locale")
@pytest.mark.parametrize(
    "call",
    [
        "write_whole('모델.json', b'')",
        "read_whole('모델.json', '모델.json', 100)",
        "walkthrough(Value(1.0) + 2).save_frames('모델.json')",
    ],
)
def test_a_name_that_the_locale_has_no_letters_for_is_refused_with_a_remedy(call: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    imports = "from autograd import Value, walkthrough\nfrom autograd.support.files import read_whole, write_whole\n"
    script.write_text(imports + call, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}
    command = [sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, env={**environment, "PYTHONUTF8": "0"})
    assert done.stderr.decode().splitlines()[-1] == (
        r"ValueError: \ubaa8\ub378.json can't be a file's name here, where names are in ascii; "
        "run python -X utf8, or choose another name"
    )
    assert list(tmp_path.iterdir()) == [script]
    if "write" in call:  # the remedy works
        subprocess.run([*command[:1], "-X", "utf8", *command[1:]], check=True, cwd=tmp_path, env=environment)
        assert (tmp_path / "모델.json").exists()

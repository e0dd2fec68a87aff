"""Files that are whole or not there."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from autograd.support.files import write_whole


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

"""Files that are written whole or not at all, and read only if they are files, and no longer than expected."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import secrets
import stat
import sys
from pathlib import Path
from typing import BinaryIO, Final

from autograd.support.errors import printable

if sys.platform != "win32":
    import fcntl

PIECE: Final = 2**20
"""How many bytes are read at a time."""

_END: Final = ".part"
_NO_FILES: Final = (
    (stat.S_ISDIR, "a folder; name a file in it"),
    (stat.S_ISFIFO, "a pipe, not a file; write what comes through it to a file first"),
    (stat.S_ISSOCK, "a socket, not a file; write what comes through it to a file first"),
    (stat.S_ISCHR, "a device, not a file; write what comes from it to a file first"),
    (stat.S_ISBLK, "a device, not a file; write what comes from it to a file first"),
)


def path_shown(path: str | os.PathLike[str]) -> str:
    """A path as a message may hold it: whole, with what can't be printed escaped.

    >>> print(path_shown("model\\x1b[31m.json"))
    model\\x1b[31m.json
    """
    return printable(os.fspath(path))


def check_name(path: str | os.PathLike[str], what: str) -> None:
    """Refuse a name that no file can have here.

    Args:
        path: of a file or folder.
        what: what messages begin with, such as `load: model.json`.

    Raises:
        ValueError: for a null character, or one that the locale's encoding of file names doesn't have.
    """
    if "\0" in os.fspath(path):
        raise ValueError(f"{what} is not a path: it has a null character")
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        encoding = sys.getfilesystemencoding()
        remedy = "choose another name" if encoding == "utf-8" else "run python -X utf8, or choose another name"
        raise ValueError(f"{what} can't be a file's name here, where names are in {encoding}; {remedy}") from None


def open_whole(path: str | os.PathLike[str], what: str, most: int) -> BinaryIO:
    """Open a file to be read, and nothing that might have no beginning or no end.

    Args:
        path: of the file.
        what: what messages begin with, such as `load: model.json`.
        most: how many bytes it may have.

    Raises:
        ValueError: for a folder, a pipe, a device, a longer file, a name that no file can have here.
        OSError: if it cannot be read.
    """
    check_name(path, what)
    status = os.stat(path)  # before it is opened: to open a pipe is to wait for who writes to it
    for is_such, told in _NO_FILES:
        if is_such(status.st_mode):
            raise ValueError(f"{what} is {told}")
    if status.st_size > most:
        raise ValueError(f"{what} has {status.st_size:,} bytes, more than the {most:,} that are read")
    return open(path, "rb")


def read_whole(path: str | os.PathLike[str], what: str, most: int) -> bytes:
    """All of a file.

    Args, Raises: as `open_whole`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_whole(folder, "load: it", most=100)
    Traceback (most recent call last):
    ValueError: load: it is a folder; name a file in it
    """
    content = io.BytesIO()
    with open_whole(path, what, most) as file:
        while piece := file.read(min(PIECE, most + 1 - content.tell())):  # a read reserves what it may have to return
            content.write(piece)
    if content.tell() > most:  # a file of the system's, or one that grows, has more than its size says
        raise ValueError(f"{what} has more than the {most:,} bytes that are read")
    return content.getvalue()


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file beside its place, then move it there: it is whole, or as it was, whenever the machine stops.

    A file that is replaced hands its permissions on. A symbolic link stays one: what it points to is replaced. What
    was left beside the place by a process that was killed while it wrote there is removed.

    Args:
        path: where to; a pipe or a device is written to as it stands.
        content: all of it.

    Raises:
        ValueError: for a name that no file can have here.
        IsADirectoryError: if the path is a folder.
        OSError: if it cannot be written there; a file that was there stays.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(folder + "/x.txt", b"whole")
    ...     Path(folder, "x.txt").read_bytes()
    b'whole'
    """
    check_name(path, path_shown(path))
    if os.path.isdir(path):
        raise IsADirectoryError(f"{path_shown(path)} is a folder; name a file in it")
    try:
        if _is_a_stream(Path(path)):
            Path(path).write_bytes(content)
        else:
            _replace(os.path.realpath(path), content)
    except OSError as error:
        hint = f"cannot write to {path_shown(path)}: {error.strerror}; its folder must exist, be writable and have room"
        raise type(error)(error.errno, hint) from None


def _is_a_stream(path: Path) -> bool:
    """Whether it is a pipe, a device, or a stream by name: nothing can be moved into the place of these."""
    return os.path.exists(path) and (not os.path.isfile(path) or path.absolute().parent == Path("/dev"))


def _replace(target: str, content: bytes) -> None:
    """Write a file that no link stands for."""
    if os.path.islink(target):
        os.stat(target)  # links in a circle: raises what opening it would
    folder, name = os.path.split(target)
    start = f".{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}-"  # short, however long the name is
    _clear(folder, start)
    part, file = _begun(folder, start)
    try:
        with file:
            _hand_on_permissions(target, part)  # first: what was private is not open to others meanwhile
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the name without the bytes
            if sys.platform != "win32":  # while it is locked; Windows moves no open file
                part.replace(target)
        if sys.platform == "win32":
            part.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _begun(folder: str, start: str) -> tuple[Path, BinaryIO]:
    """A new part, locked for as long as it is open, so that others can tell it from one that was left."""
    while True:
        part = Path(folder, f"{start}{secrets.token_hex(8)}{_END}")
        file = part.open("xb")
        if sys.platform == "win32":
            return part, file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = part.exists()
        except BlockingIOError:
            is_ours = False
        except OSError:
            is_ours = True  # a file system without locks
        if is_ours:
            return part, file
        file.close()  # another process took it for one that was left, before it was locked


def _clear(folder: str, start: str) -> None:
    """Remove parts that were left by processes that were killed."""
    with contextlib.suppress(OSError):  # a folder may be written to that can't be listed
        for name in os.listdir(folder):
            if name.startswith(start) and name.endswith(_END):
                _remove_unless_locked(os.path.join(folder, name))


def _remove_unless_locked(part: str) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            os.unlink(part)  # which refuses what is open
        elif stat.S_ISREG(os.lstat(part).st_mode):
            with open(part, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                os.unlink(part)


def _hand_on_permissions(target: str, part: Path) -> None:
    try:
        old = os.stat(target)
    except FileNotFoundError:
        return
    new = os.stat(part)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        with contextlib.suppress(OSError):  # only an administrator gives a file away
            os.chown(part, old.st_uid, old.st_gid)
    mode = old.st_mode & 0o777
    if mode != new.st_mode & 0o777:  # where a file system knows no modes, all are the same
        part.chmod(mode)

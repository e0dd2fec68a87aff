"""Files that are whole or not there."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file beside its place, then move it there: it is whole, or as it was, whenever the machine stops.

    A file that is replaced hands its permissions on. A symbolic link stays one: what it points to is replaced.

    Args:
        path: where to; a pipe or a device is written to as it stands.
        content: all of it.

    Raises:
        IsADirectoryError: if the path is a folder.
        OSError: if it cannot be written there; a file that was there stays.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(folder + "/x.txt", b"whole")
    ...     Path(folder, "x.txt").read_bytes()
    b'whole'
    """
    if os.path.isdir(path):
        raise IsADirectoryError(f"{os.fspath(path)} is a folder; name a file in it")
    try:
        if _is_a_stream(Path(path)):
            Path(path).write_bytes(content)
        else:
            _replace(os.path.realpath(path), content)
    except OSError as error:
        hint = f"cannot write to {os.fspath(path)}: {error.strerror}; its folder must exist, be writable and have room"
        raise type(error)(error.errno, hint) from None


def _is_a_stream(path: Path) -> bool:
    """Whether it is a pipe, a device, or a stream by name: nothing can be moved into the place of these."""
    return os.path.exists(path) and (not os.path.isfile(path) or path.absolute().parent == Path("/dev"))


def _replace(target: str, content: bytes) -> None:
    """Write a file that no link stands for."""
    if os.path.islink(target):
        os.stat(target)  # links in a circle: raises what opening it would
    part = Path(target).with_name(f".{secrets.token_hex(8)}.part")  # short, however long the name of the file is
    try:
        with part.open("xb") as file:
            _hand_on_permissions(target, part)  # first: what was private is not open to others meanwhile
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the name without the bytes
        part.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


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

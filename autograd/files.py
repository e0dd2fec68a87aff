"""Files that are whole or not there."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file beside its place, then move it there: it is whole, or as it was, whenever the machine stops.

    Raises:
        IsADirectoryError: if the path is a folder.
        OSError: if it cannot be written there; a file that was there stays.
    """
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder; name a file in it")
    if target.exists() and not target.is_file():  # a pipe, a device: nothing to move into its place
        target.write_bytes(content)
        return
    part = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the name without the bytes
        part.replace(target)
    except OSError as error:
        _remove(part)
        hint = f"cannot write to {target}: {error.strerror}; its folder must exist, be writable and have room"
        raise type(error)(error.errno, hint) from None
    except BaseException:
        _remove(part)
        raise


def _remove(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink()

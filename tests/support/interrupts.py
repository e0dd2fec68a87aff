"""Ctrl-C at any moment: an interrupt wherever Python would look whether a signal has arrived."""

from __future__ import annotations

import dis
import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

# After these instructions Python looks whether a signal has arrived.
LOOKING = {"RESUME", "JUMP_BACKWARD", "CALL", "CALL_FUNCTION_EX", "CALL_KW"}


class Interrupter:
    """A trace function that raises KeyboardInterrupt the n-th time that Python would look for a signal."""

    def __init__(self, n: int) -> None:
        self.left = n
        self.before: dict[FrameType, str] = {}
        self.place = ""

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        frame.f_trace_opcodes = True
        if event == "return":
            self.before.pop(frame, None)
        if event != "opcode":
            return self
        now = dis.opname[frame.f_code.co_code[frame.f_lasti]]
        last = self.before.get(frame)
        looks = last in LOOKING or (last == "PRECALL" and now != "CALL")  # 3.11 calls C functions in either
        self.before[frame] = now
        # In `return f()` the signal is seen at the call, which may be inside a block that has ended when these come.
        if looks and now not in ("RETURN_VALUE", "SWAP") and self.left >= 0:
            self.left -= 1
            if self.left < 0:
                self.place = f"{frame.f_code.co_qualname}, line {frame.f_lineno} of {frame.f_code.co_filename}"
                self.before.clear()
                raise KeyboardInterrupt
        return self


def interrupted(work: Callable[[], Any], n: int) -> str | None:
    """Do the work and interrupt it at its n-th such instruction; where that was, or None if there are fewer."""
    interrupter = Interrupter(n)
    before = sys.gettrace()
    collects = gc.isenabled()
    gc.disable()  # an exception in the collector's callbacks is swallowed, and Hypothesis has one
    sys._getframe().f_trace_opcodes = (
        True  # CPython 3.12 traces instructions if settrace finds some frame that wants it
    )
    sys.settrace(interrupter)
    try:
        work()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
        if collects:
            gc.enable()
    return interrupter.place or None

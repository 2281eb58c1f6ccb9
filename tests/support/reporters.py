"""The output of error reporters: the chain of an error, its frames, and their locals."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import FrameType, TracebackType

__all__ = ["chain", "frames", "leaks", "printed"]

DEPTH = 5
TESTS = str(Path(__file__).parents[1])


def leaks(error: BaseException, secrets: Iterable[str]) -> list[str]:
    """Return the locations in an error's report that show one of the secrets."""
    wanted = tuple(secrets)
    return sorted(
        {
            f"{place}: {secret}"
            for place, text in printed(error)
            for secret in wanted
            if secret in text
        }
    )


def printed(error: BaseException) -> Iterator[tuple[str, str]]:
    """Yield every location of a report and its text.

    The locals of a test's own frames are skipped: they belong to the program.
    """
    for one in chain(error):
        name = type(one).__name__
        for attribute in (one, one.args, vars(one), str(one)):
            for text in shown(attribute):
                yield name, text
        for frame in frames(one.__traceback__):
            if not frame.f_code.co_filename.startswith(TESTS):
                where = f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}"
                for local, value in dict(frame.f_locals).items():
                    for text in shown(value):
                        yield f"{name} in {where}, {local}", text


def chain(error: BaseException) -> list[BaseException]:
    """Return an error with its causes, contexts and members of groups."""
    found = [error]
    for one in found:
        led_to_it = [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            led_to_it += one.exceptions
        found += [each for each in led_to_it if each is not None and each not in found]
    return found


def frames(traceback: TracebackType | None) -> Iterator[FrameType]:
    """Yield the frames of a traceback, outermost first."""
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next


def shown(value: object, depth: int = DEPTH) -> Iterator[str]:
    """Yield the representation of a value, and of the values in containers and dataclasses."""
    try:
        yield repr(value)
    except Exception:  # A reporter cannot print it either.
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes | bytearray | memoryview):
        yield bytes(value).decode("latin-1")
    if depth:
        for part in _parts(value):
            yield from shown(part, depth - 1)


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset | deque):
        return list(value)
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, each.name, None) for each in fields(value) if each.repr]
    return ()

"""The types of arguments, which are checked by their annotations before anything is sent."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from itertools import chain
from types import NoneType, UnionType
from typing import (
    Any,
    Final,
    Literal,
    ParamSpec,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from pydantic import BaseModel

from hostway_email.errors import InvalidRequestError

__all__ = ["check_count", "check_model", "check_query", "checked_arguments"]

P = ParamSpec("P")
R = TypeVar("R")

_NAMES: Final[dict[type, str]] = {
    NoneType: "None",
    str: "a str",
    int: "an int",
    bool: "True or False",
    Mapping: "a mapping",
    Iterable: "a list, even for a single item",
}
# Each of them is also iterable, or an int, but never meant as one.
_NEVER: Final[dict[type, tuple[type, ...]]] = {
    int: (bool,),
    Iterable: (str, bytes, Mapping, BaseModel),
}


def checked_arguments(method: Callable[P, R]) -> Callable[P, R]:
    """Make a method refuse arguments that are not of their annotated types.

    Subclasses are accepted, and so is any mapping. The contents of mappings and lists are checked
    by the bodies made from them.

    Raises:
        InvalidRequestError: an argument is of another type; it names the argument.
    """
    types = _Types(method)

    # No frame of a wrapper may hold an argument while the method runs, as it may be a secret.
    if inspect.iscoroutinefunction(method):

        @wraps(method)
        async def call_async(*args: P.args, **kwargs: P.kwargs) -> Any:
            problem = types.problem(args, kwargs)
            call = cast(Any, problem or method(*args, **kwargs))
            del args, kwargs
            if problem is not None:
                raise problem
            return await call

        return cast(Callable[P, R], call_async)

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        problem = types.problem(args, kwargs)
        if problem is None:
            return method(*args, **kwargs)
        del args, kwargs
        raise problem

    return call


def check_count(name: str, value: int, least: int = 1) -> None:
    """Check that a number is an int, and not less than `least`."""
    valid = isinstance(value, int) and not isinstance(value, bool) and value >= least
    InvalidRequestError.require(valid, name, f"must be an int, {least} or more")


def check_query(query: Mapping[str, str] | None) -> None:
    """Check that a query is None, or a mapping of text to text."""
    if query is None:
        return
    InvalidRequestError.require(isinstance(query, Mapping), "query", "must be a mapping")
    for name, value in query.items():
        valid = isinstance(name, str) and isinstance(value, str)
        InvalidRequestError.require(valid, f"query.{name}", "must be a str with a str as its value")


def check_model(into: type[BaseModel] | None) -> None:
    """Check that the model of a response is None, or a class of models."""
    valid = into is None or (isinstance(into, type) and issubclass(into, BaseModel))
    InvalidRequestError.require(valid, "into", "must be a subclass of pydantic's BaseModel")


@dataclass(frozen=True, slots=True)
class _Expected:
    """The types, or else the values, that an argument may have."""

    types: tuple[type, ...]
    values: tuple[object, ...]

    def accepts(self, value: object) -> bool:
        if self.values and isinstance(value, str):
            return value in self.values
        return any(
            isinstance(value, each) and not isinstance(value, _NEVER.get(each, ()))
            for each in self.types
        )

    def rule(self, value: object) -> str:
        names = [*map(_name_of, self.types)]
        if self.values:
            names.insert(0, f"one of {', '.join(map(repr, self.values))}")
            if isinstance(value, str):
                return f"must be {' or '.join(names)}"
        given = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
        return f"must be {' or '.join(names)}, not {given}"


class _Types:
    """The expected types of a method's arguments."""

    def __init__(self, method: Callable[..., object]) -> None:
        hints = get_type_hints(method)
        self._names = tuple(inspect.signature(method).parameters)
        self._expected = {name: _expected(hints[name]) for name in self._names if name in hints}
        # What most arguments are, so that they take one look-up each.
        self._exact = {name: frozenset(each.types) for name, each in self._expected.items()}

    def problem(
        self, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> InvalidRequestError | None:
        """Return the error for the first argument of another type."""
        for name, value in chain(zip(self._names, args, strict=False), kwargs.items()):
            if type(value) in self._exact.get(name, ()):
                continue
            expected = self._expected.get(name)
            if expected is not None and not expected.accepts(value):
                return InvalidRequestError.for_argument(name, expected.rule(value))
        return None


def _expected(hint: Any) -> _Expected:
    members = get_args(hint) if _is_union(hint) else (hint,)
    literals = [member for member in members if get_origin(member) is Literal]
    types = tuple(_runtime_type(member) for member in members if member not in literals)
    return _Expected(types, tuple(chain.from_iterable(map(get_args, literals))))


def _name_of(cls: type) -> str:
    article = "an" if cls.__name__[0] in "AEIOU" else "a"
    return _NAMES.get(cls, f"{article} {cls.__name__}")


def _is_union(hint: object) -> bool:
    return isinstance(hint, UnionType) or get_origin(hint) is Union


def _runtime_type(hint: Any) -> type:
    """Return the class that values of an annotation are instances of."""
    if is_typeddict(hint):
        return Mapping
    return cast(type, get_origin(hint) or hint)

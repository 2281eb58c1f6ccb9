"""Completeness of the operations in the client, the sandbox and the documentation."""

from __future__ import annotations

import functools
import importlib
import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hostway_email import HostwayEmail, resources, sandbox
from hostway_email.resources._base import Resource

from .operations import OPERATIONS, Call, Operation, documented_sandbox
from .wire import Wire

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"

BY_ID = [pytest.param(operation, id=operation.id) for operation in OPERATIONS]
CLASSES = {name: getattr(resources, name) for name in resources.__all__}

_LINE = re.compile(r"`((?:GET|PUT|POST|DELETE) /[^`]*)`")
_BLOCK = re.compile(r"^::: (hostway_email\.resources[\w.]*)\n((?:[ \t]+\S.*\n|\n(?=[ \t]))*)", re.M)


def lines_of(method: object) -> set[str]:
    """Return the operations named in a docstring."""
    return set(_LINE.findall(inspect.getdoc(method) or ""))


def methods_of(cls: type[object]) -> dict[str, Callable[..., object]]:
    """Return the public methods of a class, by the name of the class that defines each."""
    return {
        f"{owner.__name__}.{name}": member
        for owner in cls.__mro__
        if issubclass(owner, Resource)
        for name, member in vars(owner).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }


METHODS = {name: method for cls in CLASSES.values() for name, method in methods_of(cls).items()}


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the calls of every method of every resource."""
    called: list[str] = []
    owners = {owner for cls in CLASSES.values() for owner in cls.__mro__}
    for owner in owners:
        for name in [*vars(owner)]:
            method = METHODS.get(f"{owner.__name__}.{name}")
            if method is not None:
                label = f"{owner.__name__}.{name}"
                monkeypatch.setattr(owner, name, recorded(method, label, called))
    return called


def recorded(method: Callable[..., object], label: str, calls: list[str]) -> Callable[..., object]:
    @functools.wraps(method)
    def call(*args: object, **options: object) -> object:
        calls.append(label)
        return method(*args, **options)

    return call


def test_there_are_63_operations() -> None:
    """The inventory of the manual has 63 operations, none of them twice."""
    assert len(OPERATIONS) == 63
    assert max(Counter(operation.id for operation in OPERATIONS).values()) == 1
    assert max(Counter(operation.line for operation in OPERATIONS).values()) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("operation", BY_ID)
async def test_client_has_operation(operation: Operation, called: list[str]) -> None:
    """An operation is one method, named in its docstring, that sends exactly that request."""
    for call in filter(None, (operation.call, operation.other)):
        called.clear()
        app = documented_sandbox()
        wire = Wire(app)

        await perform(call, wire)

        (name,) = called
        assert operation.line in lines_of(METHODS[name]), f"{name} must name {operation.line}"
        (request,) = wire.requests
        path = request.url.partition("?")[0].removeprefix("https://api.hostway.com")
        assert request.method == operation.verb
        assert re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(operation.template)), path)
        # The sandbox has a route of the same name.
        assert app.requests == {operation.id: 1}
        assert app.unknown == []


async def perform(call: Call, wire: Wire) -> None:
    async with HostwayEmail("admin", "sandbox", transport=wire) as hostway:
        await call(hostway)


@pytest.mark.anyio
async def test_every_method_is_an_operation(called: list[str]) -> None:
    """Every method of a resource belongs to an operation of the API."""
    for operation in OPERATIONS:
        for call in filter(None, (operation.call, operation.other)):
            await perform(call, Wire(documented_sandbox()))

    assert METHODS.keys() - set(called) == set()


def test_no_docstring_names_another_operation() -> None:
    """Every operation named in a docstring exists."""
    named = {line for method in METHODS.values() for line in lines_of(method)}

    assert named == {operation.line for operation in OPERATIONS}


def test_every_resource_is_public() -> None:
    """Every resource class of a module is exported by the package."""
    modules = [
        importlib.import_module(f"hostway_email.resources.{path.stem}")
        for path in Path(resources.__file__).parent.glob("[a-z]*.py")
    ]

    assert {name for module in modules for name in module.__all__} == set(resources.__all__)


def test_sandbox_has_the_same_operations() -> None:
    """The sandbox has exactly the same operations, by name, method and path."""

    def shape(template: str) -> str:
        return re.sub(r"\{[\w-]+\}", "{}", template)

    ours = {(each.id, each.verb, shape(each.template)) for each in OPERATIONS}
    theirs = {(each.id, each.method, shape(each.template)) for each in sandbox.OPERATIONS}

    assert theirs == ours


@dataclass(frozen=True)
class Block:
    """A block of the reference that documents a resource class."""

    page: str
    cls: type[object]
    members: bool
    inherited: bool

    def lines(self) -> set[str]:
        """Return the operations that the block documents."""
        shown = {
            name: method
            for name, method in methods_of(self.cls).items()
            if self.inherited or name.startswith(f"{self.cls.__name__}.")
        }
        return {line for method in shown.values() for line in lines_of(method) if self.members}


def blocks() -> Iterator[Block]:
    """Yield every block of the reference that documents a resource class."""
    for page in sorted(REFERENCE.rglob("*.md")):
        for name, options in _BLOCK.findall(page.read_text(encoding="utf-8")):
            module, _, cls = name.rpartition(".")
            yield Block(
                page.name,
                getattr(importlib.import_module(module), cls),
                members="members: false" not in options.replace("inherited_members", ""),
                inherited="inherited_members: true" in options,
            )


def test_reference_shows_each_resource_once() -> None:
    """Each resource class is on exactly one page of the reference."""
    pages = Counter(block.cls.__name__ for block in blocks())

    missing = sorted(CLASSES.keys() - pages.keys())
    assert not missing, (
        f"no page of docs/reference has '::: hostway_email.resources.X' for {missing}"
    )
    twice = sorted(name for name, count in pages.items() if count > 1)
    assert not twice, f"docs/reference shows more than once: {twice}"


def test_reference_shows_each_operation() -> None:
    """Each operation has its method and its row in the table of the reference."""
    shown = {line for block in blocks() for line in block.lines()}
    table = set(_LINE.findall((REFERENCE / "index.md").read_text(encoding="utf-8")))

    for operation in OPERATIONS:
        owners = sorted(
            name for name, method in METHODS.items() if operation.line in lines_of(method)
        )
        assert operation.line in shown, f"docs/reference shows none of {owners}: {operation.line}"
        assert operation.line in table, f"docs/reference/index.md lacks {operation.line}"

"""Public names and the cost of imports."""

from __future__ import annotations

import importlib
import inspect
import json
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import hostway_email
from hostway_email import HostwayEmail, audit, errors, handles, models, resources
from hostway_email._core import session
from hostway_email.audit import reports
from hostway_email.resources._base import Resource

from .support.processes import run_process

PACKAGES = {
    "hostway_email": hostway_email,
    "hostway_email.audit": audit,
    "hostway_email.audit.reports": reports,
}

HANDLES = [getattr(handles, name) for name in handles.__all__]
RESOURCES = [
    kind
    for kind in vars(resources).values()
    if isinstance(kind, type) and issubclass(kind, Resource)
]

# Classes that need no public name: their methods are reached through handles.
NOT_NAMED = {kind for kind in RESOURCES if kind not in HANDLES}


@pytest.mark.parametrize("package", PACKAGES)
def test_all_is_sorted_and_importable(package: str) -> None:
    """`__all__` is sorted (constants, classes, functions) and each name exists."""
    module = PACKAGES[package]

    assert module.__all__ == sorted(set(module.__all__), key=kind_and_name)
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_in_all(package: str) -> None:
    """A public name that is no module is in `__all__`."""
    module = PACKAGES[package]
    offered = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not inspect.ismodule(value)
        and (package == "hostway_email" or getattr(value, "__module__", "").startswith(package))
    }

    assert offered - set(module.__all__) == set()


def kind_and_name(name: str) -> tuple[bool, bool, str]:
    return (not name.isupper(), not name[0].isupper(), name)


def test_star_import() -> None:
    """A star import imports `__all__`."""
    names: dict[str, object] = {}

    exec("from hostway_email import *", names)

    assert names.keys() - {"__builtins__"} == set(hostway_email.__all__)


def test_version() -> None:
    """The version is a release number."""
    assert hostway_email.__version__.split(".")[0].isdigit()


def test_errors_are_all_exported() -> None:
    """Every error can be imported from the package itself."""
    assert set(errors.__all__) <= set(hostway_email.__all__)
    for name in errors.__all__:
        assert getattr(hostway_email, name) is getattr(errors, name)


# Classes in signatures


def methods(kind: type) -> Iterator[tuple[str, Callable[..., object]]]:
    for name, value in inspect.getmembers(kind):
        if not name.startswith("_"):
            function = value.fget if isinstance(value, property) else value
            if inspect.isfunction(function):
                yield name, function


def classes_in(annotation: Any) -> Iterator[type]:
    """Yield each class of this package in an annotation, at any depth."""
    if isinstance(annotation, type) and annotation.__module__.startswith("hostway_email"):
        yield annotation
    origin = typing.get_origin(annotation)
    if origin is not None and not isinstance(annotation, type(typing.Literal["a"])):
        yield from classes_in(origin)
    for argument in typing.get_args(annotation):
        for inner in argument if isinstance(argument, list) else [argument]:
            yield from classes_in(inner)


def in_signatures() -> Iterator[tuple[str, type]]:
    """Yield each class of this package that a call takes or returns, with the name of the call."""
    names = {"Session": session.Session, **vars(models), **vars(resources)}
    pages = [hostway_email.AsyncPager, hostway_email.Page]
    for kind in [HostwayEmail, *HANDLES, *RESOURCES, *pages]:
        for name, function in methods(kind):
            hints = typing.get_type_hints(function, localns=names, include_extras=True)
            for annotation in hints.values():
                for found in classes_in(annotation):
                    yield f"{kind.__name__}.{name}", found


IN_SIGNATURES = sorted(
    {
        (found.__name__, found)
        for _, found in in_signatures()
        if found not in NOT_NAMED and not found.__name__.startswith("_")
    },
    key=lambda pair: pair[0],
)


def test_signatures_are_found() -> None:
    """The list below is not empty by mistake."""
    found = {name for name, _ in IN_SIGNATURES}

    assert {"Mailbox", "MailboxCreate", "PutResult", "AsyncPager", "UsernameEntry"} <= found
    assert {"DomainHandle", "UsernameHandle", "RetryPolicy", "SSOLink", "ListedAddress"} <= found
    assert len(RESOURCES) > 20


def test_classes_in_signatures_are_exported() -> None:
    """Classes of parameters and results can be imported for a user's annotations."""
    assert {name for name, _ in IN_SIGNATURES} <= set(hostway_email.__all__)
    assert [(name, getattr(hostway_email, name)) for name, _ in IN_SIGNATURES] == IN_SIGNATURES


def test_classes_of_fields_are_exported() -> None:
    """So can the classes inside of responses, pages and events."""
    missing = set()
    for _, kind in IN_SIGNATURES:
        for base in kind.__mro__:
            hints = typing.get_type_hints(base) if base.__module__.startswith("hostway") else {}
            for field, annotation in hints.items():
                if field.startswith("_"):
                    continue
                for found in classes_in(annotation):
                    if getattr(hostway_email, found.__name__, None) is not found:
                        missing.add(f"{kind.__name__}.{field}: {found.__name__}")

    assert missing == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_has_a_docstring(package: str) -> None:
    """Every public class and function has a docstring."""
    module = PACKAGES[package]
    for name in module.__all__:
        value = getattr(module, name)
        if isinstance(value, (type, types.FunctionType)):
            assert (value.__doc__ or "").strip(), name


# Imports

HEAVY = [
    *("typer", "click", "rich", "jinja2", "starlette", "uvicorn", "aiohttp"),
    *("httpx2", "taskiq"),
    *("tenacity", "httpx", "httpcore", "h11", "trio", "respx", "redis"),
    *("hostway_email.cli", "hostway_email.sandbox", "hostway_email.audit"),
    *("hostway_email.transports.httpx", "hostway_email.testing", "hostway_email.workers"),
    *("multiprocessing", "unittest", "sqlite3", "pydantic.v1", "email_validator"),
]


def loaded_by(program: str) -> set[str]:
    """Return the modules that a program loads in a fresh interpreter."""
    telling = f"{program}\nimport json, sys; print(json.dumps(list(sys.modules)))"
    done = run_process(["-c", telling])
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("program", ["import hostway_email", "from hostway_email import *"])
def test_import_is_light(program: str) -> None:
    """Importing the package loads no extra, no HTTP library, and nothing that is needed later."""
    loaded = loaded_by(program)

    assert "hostway_email.client" in loaded
    assert loaded & set(HEAVY) == set()


def test_import_loads_little_of_asyncio() -> None:
    """Importing the package does not load asyncio's servers and processes."""
    loaded = loaded_by("import hostway_email")

    assert loaded & {
        "asyncio",
        "asyncio.subprocess",
        "asyncio.unix_events",
        "concurrent.futures",
    } <= (loaded_by("import anyio, pydantic"))


def test_audit_needs_no_extra() -> None:
    """The audit runs with the core dependencies only."""
    loaded = loaded_by("import hostway_email.audit, hostway_email.audit.reports")

    extras = [
        "typer",
        "rich",
        "jinja2",
        "starlette",
        "uvicorn",
        "aiohttp",
        "httpx2",
        "taskiq",
    ]
    assert loaded & {*extras, "hostway_email.sandbox", "hostway_email.cli"} == set()


def test_modules_can_be_imported_alone() -> None:
    """Each module can be imported first: there are no import cycles."""
    names = [
        "errors",
        "retry",
        "transports",
        "_core.path",
        "_core.error_parsing",
        "_core.json_body",
    ]
    names += [
        "_core.session",
        "models",
        "models.links",
        "pagination",
        "resources",
        "handles",
        "client",
    ]
    for name in names:
        assert importlib.import_module(f"hostway_email.{name}").__doc__

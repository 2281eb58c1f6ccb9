"""The house: each room imports only from the floors below it, and the sandbox stands apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import hostway_email

HOUSE = Path(hostway_email.__file__).parent
PACKAGE = "hostway_email"

FLOORS = {
    **dict.fromkeys(
        [
            *("_version", "answers", "building", "error_bodies", "errors", "hints", "links"),
            *("models", "paths", "secret_values"),
        ],
        0,
    ),
    **dict.fromkeys(["masking", "reading", "repeats", "reports"], 0),
    **dict.fromkeys(["bodies", "calls", "failures", "pages", "places", "retry", "transports"], 1),
    "session": 2,
    **dict.fromkeys(["pagination", "resources"], 3),
    **dict.fromkeys(["client", "scopes"], 4),
    **dict.fromkeys(["audit", "testing"], 5),
    **dict.fromkeys(["cli", "workers"], 6),
}
APART = "sandbox"
MAY_IMPORT_THE_SANDBOX = {"cli", "testing"}

HTTP_LIBRARIES = {"httpx", "httpx2", "httpcore", "h11", "h2", "aiohttp", "requests", "urllib3"}


@dataclass(frozen=True)
class Import:
    """One import: who, whom, where, and when."""

    module: str
    imported: str
    line: int
    only_for_types: bool
    delayed: bool

    @property
    def room(self) -> str:
        return room_of(self.module)

    @property
    def from_room(self) -> str:
        return room_of(self.imported)

    def __str__(self) -> str:
        return f"{self.module}, line {self.line}: {self.imported}"


def room_of(module: str) -> str:
    return module.removeprefix(PACKAGE).strip(".").partition(".")[0]


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(HOUSE.rglob("*.py")):
        parts = [PACKAGE, *path.relative_to(HOUSE).with_suffix("").parts]
        yield ".".join(part for part in parts if part != "__init__"), path


def imports() -> Iterator[Import]:
    known = {name for name, _ in modules()}
    for module, path in modules():
        tree = ast.parse(path.read_text("utf-8"))
        for node, only_for_types, delayed in walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                assert node.level == 0, f"{module}: imports are absolute here"
                assert node.module is not None
                # `from package import module` names a module too.
                names = [
                    full if (full := f"{node.module}.{alias.name}") in known else node.module
                    for alias in node.names
                ]
            for name in sorted(set(names)):
                yield Import(module, name, node.lineno, only_for_types, delayed)


def walk(
    node: ast.AST, only_for_types: bool = False, delayed: bool = False
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool, bool]]:
    """Yield each import, whether only type checkers see it, and whether a function does it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, only_for_types, delayed
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            yield from walk(child, True, delayed)
        else:
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from walk(child, only_for_types, delayed or function)


ALL = list(imports())
OURS = [each for each in ALL if each.imported.partition(".")[0] == PACKAGE]
ROOMS = sorted({room_of(module) for module, _ in modules()} - {""})


@pytest.mark.parametrize("room", ROOMS)
def test_room_has_a_floor(room: str) -> None:
    """A new room gets its floor before anything is built on it."""
    assert room in FLOORS or room == APART


@pytest.mark.parametrize("room", sorted(set(ROOMS) - {APART}))
def test_imports_from_below(room: str) -> None:
    """A room imports from lower floors, or from its own; types count too."""
    upward = [
        str(each)
        for each in OURS
        if each.room == room
        and each.from_room not in (room, APART)
        and FLOORS.get(each.from_room, 99) > FLOORS[room]
    ]

    assert upward == []


def test_rooms_have_no_circles() -> None:
    """Rooms of one floor that use each other do so in one direction only."""
    graph: dict[str, set[str]] = {room: set() for room in ROOMS}
    for each in OURS:
        if each.room and each.room != each.from_room:
            graph[each.room].add(each.from_room)

    TopologicalSorter(graph).prepare()


def test_modules_have_no_circles() -> None:
    """Within a room too, no two modules need each other to be loaded."""
    graph: dict[str, set[str]] = {}
    for each in OURS:
        inside_its_own_package = each.module.startswith(f"{each.imported}.")
        if not (each.only_for_types or each.delayed or inside_its_own_package):
            graph.setdefault(each.module, set()).add(each.imported)

    TopologicalSorter(graph).prepare()


def test_nobody_imports_the_front_door() -> None:
    """`hostway_email` itself is for users: within the house everybody names the room."""
    assert [str(each) for each in OURS if each.imported == PACKAGE] == []


def test_http_libraries_are_behind_the_seam() -> None:
    """An HTTP library stays under `transports/`; `client.py` names one for type checkers."""
    outside = [
        each
        for each in ALL
        if each.imported.partition(".")[0] in HTTP_LIBRARIES and each.room != "transports"
    ]

    assert [str(each) for each in outside if not each.only_for_types] == []
    assert {each.module for each in outside} <= {f"{PACKAGE}.client"}


def test_retries_are_behind_one_door() -> None:
    """Only `retry.py` knows tenacity, and imports it once something has failed."""
    users = [each for each in ALL if each.imported.partition(".")[0] == "tenacity"]

    assert {each.module for each in users} == {f"{PACKAGE}.retry"}
    assert all(each.delayed or each.only_for_types for each in users)


def test_sandbox_stands_apart() -> None:
    """The sandbox imports nothing of the SDK, so that no mistake of it can hide in both."""
    assert [str(each) for each in OURS if each.room == APART and each.from_room != APART] == []


def test_who_uses_the_sandbox() -> None:
    """Only what is run or tested with it imports the sandbox."""
    users = {each.room for each in OURS if each.from_room == APART} - {APART}

    assert users <= MAY_IMPORT_THE_SANDBOX


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("typer", {"cli"}),
        ("rich", {"cli"}),
        ("jinja2", {"audit"}),
        ("markupsafe", {"audit"}),
        ("starlette", {"sandbox", "testing", "transports"}),
        ("uvicorn", {"sandbox", "cli"}),
        ("taskiq", {"workers"}),
        ("pytest", {"testing"}),
    ],
)
def test_extras_stay_in_their_rooms(library: str, rooms: set[str]) -> None:
    """An extra is imported only by the room that it is for."""
    users = [
        each
        for each in ALL
        if each.imported.partition(".")[0] == library and not each.only_for_types
    ]

    assert {each.room for each in users} <= rooms


def test_the_walk_sees_imports() -> None:
    """The tests above are not green because nothing was found."""
    assert any(each.module == f"{PACKAGE}.client" and each.only_for_types for each in ALL)
    assert any(each.delayed and each.imported == "tenacity" for each in ALL)
    assert {"session", "models", "errors", "sandbox"} <= set(ROOMS)
    assert len(OURS) > 200

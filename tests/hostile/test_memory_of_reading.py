"""Memory for parsing a response, for every list of every model, in a measured process."""

from __future__ import annotations

import gzip
import inspect
import json
import os
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import AliasChoices

import hostway_email
from hostway_email import models
from hostway_email._core.decoding import LARGE, MAX_TIMES, PlainValue, costs_too_much
from hostway_email.models._response import ResponseModel
from hostway_email.models._root import RootResponse

from ..support.bad_responses import GZIP
from ..support.servers import RawServer, reply

ROOT = Path(hostway_email.__file__).parents[1]
BYTES = 1_000_000
LEAN_LISTS = {"UsernamePage": 45}
"""Lists of bare names are legal, and take more than others."""
COPIES_IF_REFUSED = 6
"""Three copies of a body are made; the allocator may keep the place of freed ones."""

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="a process measures itself only on Linux"
)

PROGRAM = """
import json, os, sys
from hostway_email import HostwayEmail, InvalidResponseError, Response, models
import anyio

def status(name):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))

class Once:
    def __init__(self, content):
        self.content = content
    async def send(self, request):
        return Response(200, {}, self.content)
    async def aclose(self):
        pass

async def read(content, kind):
    async with HostwayEmail(transport=Once(content)) as hostway:
        try:
            if kind is None:
                kept = await hostway.request("GET", "/x")
            else:
                kept = await hostway.request("GET", "/x", into=kind)
        except InvalidResponseError as error:
            kept = error.message
        # Here, as the end of an event loop costs something itself.
        return status("VmHWM"), isinstance(kept, str) and "times as much memory" in kept

def measured(name, before, unit, after, count):
    # In a child: what it takes is gone with it, and the next one starts from here.
    kind = getattr(models, name) if name else None
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        content = (before + ",".join([unit] * count) + after).encode()
        with open("/proc/self/clear_refs", "w") as reset:
            reset.write("5")
        size = status("VmRSS")
        most, refused = anyio.run(read, content, kind)
        os.write(writer, json.dumps([(most - size) / len(content), refused]).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    result = json.loads(os.read(reader, 1_000))
    os.close(reader), os.close(writer)
    return result

cases = json.load(sys.stdin)
for name in {name for name, *_ in cases}:
    anyio.run(read, b"{", getattr(models, name) if name else None)
print(json.dumps([measured(*case) for case in cases]))
"""


def wire_name(name: str, field: object) -> str:
    """Return the name of a field in JSON."""
    alias = getattr(field, "validation_alias", None) or getattr(field, "alias", None) or name
    return str(alias.choices[0] if isinstance(alias, AliasChoices) else alias)


def parts_of(annotation: object) -> Iterator[tuple[str, object]]:
    """Yield the lists, maps and models that an annotation allows."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if inspect.isclass(annotation) and issubclass(annotation, ResponseModel):
        yield "model", annotation
    elif origin in (list, dict):
        yield origin.__name__, inner[-1]
    else:
        for one in inner[:1] if origin is typing.Annotated else inner:
            yield from parts_of(one)


def least(kind: type[ResponseModel]) -> dict[str, object]:
    """Return the smallest valid document of `kind`."""
    document: dict[str, object] = {}
    for name, field in kind.model_fields.items():
        if field.is_required():
            what = next(iter(parts_of(field.annotation)), ("text", None))
            empty: dict[str, object] = {"list": [], "dict": {}, "text": "1"}
            inner = what[1]
            document[wire_name(name, field)] = (
                least(inner) if inspect.isclass(inner) and what[0] == "model" else empty[what[0]]
            )
    return document


def lists_of(kind: type[ResponseModel]) -> Iterator[tuple[str, str, object]]:
    """Yield the JSON before and after the items of each list of a model, and their type."""
    rest = json.dumps(least(kind), separators=(",", ":"))[1:-1]
    if not issubclass(kind, RootResponse):
        yield f'{{{rest}{"," if rest else ""}"unknown":[', "]}", object
    for name, field in kind.model_fields.items():
        others = {n: v for n, v in least(kind).items() if n != wire_name(name, field)}
        rest = json.dumps(others, separators=(",", ":"))[1:-1]
        start = f'{{{rest}{"," if rest else ""}"{wire_name(name, field)}":'
        for what, inner in parts_of(field.annotation):
            if issubclass(kind, RootResponse):
                yield "[", "]", inner
            elif what == "list":
                yield f"{start}[", "]}", inner
            elif what == "model":
                assert inspect.isclass(inner)
                for before, after, item in lists_of(inner):
                    yield start + before, f"{after}}}", item


def units_of(item: object) -> list[str]:
    """Return the smallest items of a list, which cost most for their size."""
    models_in = [inner for what, inner in parts_of(item) if what == "model"]
    if not models_in:
        return ["12", '"ab"', "[0]", '{"a":0}', "[[[[]]]]"]
    kind = models_in[0]
    assert inspect.isclass(kind)
    return [json.dumps(least(kind), separators=(",", ":")), '{"":[]}', "[0]"]


def cases_of(name: str) -> Iterator[tuple[str, str, str, str, int]]:
    """Yield, for each list of a model, the densest items and the densest accepted ones."""
    kind = getattr(models, name) if name else None
    for before, after, item in lists_of(kind) if kind else [("[", "]", object)]:
        for unit in units_of(item):
            for padding in range(100):
                padded = unit + " " * padding
                some = before + ",".join([padded] * (2 * LARGE // len(padded))) + after
                refused = costs_too_much(some.encode(), kind or PlainValue)
                if padding == 0 or not refused:
                    yield name, before, padded, after, BYTES // (len(padded) + 1)
                if not refused:
                    break


ANSWERS = [
    name
    for name in models.__all__
    if inspect.isclass(kind := getattr(models, name)) and issubclass(kind, ResponseModel)
]


SOME = ["", "ExchangeMailbox", "UsernamePage"]
OTHERS = [name for name in ANSWERS if name not in SOME]


# In few processes, as the imports of each take longer than what is measured in it.
@pytest.mark.parametrize(
    "names",
    [SOME, *(pytest.param(OTHERS[first::4], marks=pytest.mark.slow) for first in range(4))],
    ids=" ".join,
)
def test_reading_costs_a_few_times_the_body(names: list[str]) -> None:
    """The parsed form of the densest JSON is limited, or the body is refused."""
    cases = [case for name in names for case in cases_of(name)]

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert done.stderr == ""
    for (times, refused), case in zip(json.loads(done.stdout), cases, strict=True):
        most = LEAN_LISTS.get(case[0], MAX_TIMES)
        assert times < (COPIES_IF_REFUSED if refused else most), case[:4]


OTHER_LIBRARIES = ("httpx2", "aiohttp")
ATTACK = b'{"quota": 1, "links": [' + b",".join([b'{"href":"a","rel":"b","a":1}'] * 1_000_000)
ATTACKER = """
import asyncio, sys
from hostway_email import HostwayEmail, HostwayEmailError

def status(name):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))

async def main():
    async with HostwayEmail(base_url=sys.argv[1], transport=sys.argv[2]) as hostway:
        domain = hostway.account("a").domain("example.com")
        await domain.get()
        with open("/proc/self/clear_refs", "w") as reset:
            reset.write("5")
        before = status("VmRSS")
        try:
            await domain.get()
        except HostwayEmailError as error:
            print(type(error).__name__)
        print(status("VmHWM") - before)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    "transport", ["httpx", *(pytest.param(one, marks=pytest.mark.slow) for one in OTHER_LIBRARIES)]
)
def test_million_tiny_objects(server_in_thread: RawServer, transport: str) -> None:
    """A few kilobytes that inflate to a million links cost no more than their text."""
    packed = gzip.compress(ATTACK + b"]}", 9)
    assert len(packed) < 100_000
    server_in_thread.replies = [reply(200, {"quota": 1}), reply(200, packed, GZIP)]

    done = subprocess.run(
        [sys.executable, "-c", ATTACKER, server_in_thread.url, transport],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert done.stderr == ""
    ended, megabytes = done.stdout.split()
    assert ended == "InvalidResponseError"
    assert float(megabytes) < 4 * len(ATTACK) / 2**20

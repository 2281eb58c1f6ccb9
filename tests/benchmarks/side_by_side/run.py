"""The run: its measurements, their repetitions, and the rows of the table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from .contest import BASE, OURS, PEERS
from .starts import COLD_OURS, COLD_PEER, COLD_RAW, DEPENDENCIES, fresh
from .table import Table

Found = dict[str, float]
Rounds = dict[str, list[Found]]

HERE = Path(__file__).resolve().parent.parent
# Without proxies of the environment, and with byte code, as usual.
ENVIRONMENT = {**os.environ, "NO_PROXY": "*", "no_proxy": "*"}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)


class Worker:
    """A client in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, *command: object) -> Found:
        """Run a command and return its result."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(command), file=self._process.stdin, flush=True)
        found: Found = json.loads(self._process.stdout.readline())
        return found

    def end(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()


class Run:
    """One run of the clients `names` against the server at `port`.

    Attributes:
        sums: the checksums, by what was read; all clients must have the same.
    """

    def __init__(self, port: int, names: list[str], *, quick: bool) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.names = names
        self.quick = quick
        self.rounds = 3 if quick else 9
        self.sums: dict[str, set[float]] = {}
        self.table = Table(names)
        self.parts: dict[str, Callable[[], None]] = {
            "get": self.get,
            "burst": self.burst,
            "list": self.list,
            "parse": self.parse,
            "memory": self.memory,
            "start": self.start,
        }

    def get(self) -> None:
        """Consecutive GETs."""
        found = self._interleaved("/0/0", "get", 100 if self.quick else 300)
        self.table.ratios("one GET with its model: CPU / httpx", found, "cpu")
        self.table.figures("the same: CPU, us", found, "cpu", ".0f", 1e6)
        counted = {name: [self._alone(name, "/0/0", "calls", 100)] for name in self.names}
        self.table.figures("function calls for it", counted, "calls", ",.0f")
        self.table.figures("of them in the package itself", counted, "own", ",.0f")

    def burst(self) -> None:
        """Many GETs, some of them concurrent."""
        count = 1000 if self.quick else 2000
        for at_once in (50, 100, 300):
            found: Rounds = {}
            for name in self.names:
                # The pool of httpx takes minutes for more.
                slow = name == BASE or name in PEERS
                number = max(count // 8, 2 * at_once) if slow else count
                command = ("burst", number, at_once)
                found[name] = [
                    {"rate": number / self._alone(name, "/20/0", *command, at_once=at_once)["wall"]}
                    for _ in range(1 if slow else 3)
                ]
            ideal = at_once / 0.02
            what = f"{count:,} GETs at 20 ms, {at_once} concurrent"
            self.table.figures(f"{what}: requests a second", found, "rate", ",.0f")
            self.table.figures("the same: of the ideal", found, "rate", ".2f", 1 / ideal)

    def list(self) -> None:
        """A long list with a delay for each page."""
        found = self._interleaved("/50/10000", "walk", rounds=1 if self.quick else 3)
        what = "10,000 items in 100 pages of 50 ms: time / httpx"
        self.table.ratios(what, found, "wall")
        self.table.figures("the same: seconds", found, "wall", ".2f")
        self.table.figures("the first item of them after, s", found, "first", ".3f")

    def parse(self) -> None:
        """A list without delays: only the work remains."""
        found = self._interleaved("/0/5000", "walk")
        what = "a page of 100 items, requested, parsed and yielded: CPU / httpx"
        self.table.ratios(what, found, "cpu")
        self.table.figures("the same: CPU, ms", found, "cpu", ".2f", 1e3)

    def memory(self) -> None:
        """A list too long to be kept."""
        items = 20_000 if self.quick else 100_000
        found: Rounds = {name: [] for name in self.names}
        for _ in range(1 if self.quick else 3):
            for name in self.names:
                found[name].append(self._alone(name, f"/0/{items}", "walk"))
        self.table.ratios(f"{items:,} items streamed: peak memory / httpx", found, "peak")
        self.table.figures("the same: MiB", found, "peak", ".1f", 1 / 1024)

    def start(self) -> None:
        """Fresh processes: imports, and the time to a first response."""
        programs = {BASE: COLD_RAW}
        for name in self.names:
            if name in OURS:
                programs[name] = COLD_OURS.format(package=OURS[name].package)
            elif name in PEERS:
                programs[name] = COLD_PEER.format(here=str(HERE), name=name)
        ours, theirs = "import hostway_email", "the imports it needs"
        programs |= {ours: ours, theirs: DEPENDENCIES}
        found: Rounds = {name: [] for name in programs}
        for turn in range(5 if self.quick else 16):
            for name, program in programs.items():
                one = fresh(program, f"{self.url}/0/0", ENVIRONMENT)
                if turn:  # The first turn wrote the byte code.
                    found[name].append(one)
        imported = {name: found.pop(name) for name in (ours, theirs)}
        self.table.ratios("a fresh process up to its first response: time / httpx", found, "wall")
        self.table.ratios("the same: CPU / httpx", found, "cpu")
        self.table.figures("the same: ms", found, "wall", ".0f", 1e3)
        times = {name: median(one["wall"] for one in imported[name]) for name in (ours, theirs)}
        ratio = self.table.over(imported, ours, "wall", theirs)
        print(
            f"\n`{ours}` takes {ratio:.2f} times what `{DEPENDENCIES}` takes "
            f"({times[ours] * 1e3:.0f} and {times[theirs] * 1e3:.0f} ms).",
            flush=True,
        )

    @contextmanager
    def _worker(self, name: str, where: str, at_once: int = 32) -> Iterator[Worker]:
        command = [sys.executable, "-m", "side_by_side.worker", name, self.url + where]
        with subprocess.Popen(
            [*command, str(at_once)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE,
            env=ENVIRONMENT,
        ) as process:
            yield Worker(process)

    def _interleaved(self, where: str, *command: object, rounds: int = 0) -> Rounds:
        """Run a command on all clients in turn, several times."""
        found: Rounds = {name: [] for name in self.names}
        with ExitStack() as stack:
            workers = {name: stack.enter_context(self._worker(name, where)) for name in self.names}
            for _ in range(rounds or self.rounds):
                for name, worker in workers.items():
                    found[name].append(worker.run(*command))
            for worker in workers.values():
                worker.end()
        for each in found.values():
            self._check(f"{command[0]} {where}", *each)
        return found

    def _alone(self, name: str, where: str, *command: object, at_once: int = 32) -> Found:
        """Run a command on one client once, in a fresh process."""
        with self._worker(name, where, at_once) as worker:
            found = worker.run(*command)
            worker.end()
        self._check(f"{command[0]} {where}", found)
        return found

    def _check(self, what: str, *found: Found) -> None:
        self.sums.setdefault(what, set()).update(one["sum"] for one in found)

"""The sandbox as the command runs it: a server of its own, or one beside an audit."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final
from urllib.request import ProxyHandler, build_opener

from hostway_email.cli.exits import CommandError, Exit
from hostway_email.cli.signals import interruptible

__all__ = [
    "ACCOUNT",
    "DOMAIN",
    "PASSWORD",
    "USERNAME",
    "Beside",
    "SandboxOptions",
    "beside",
    "run_sandbox",
]

ACCOUNT: Final = "account007"
DOMAIN: Final = "example.com"
USERNAME: Final = "admin"
PASSWORD: Final = "sandbox"

COUNTING_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """What a sandbox is made from."""

    mailboxes: int
    seed: int
    imap_failure_rate: float
    latency_ms: float


@dataclass(frozen=True, slots=True)
class Beside:
    """A sandbox that runs beside this process."""

    base_url: str

    def requests(self) -> int | None:
        """Return how many API requests it has counted; None if it does not answer any more."""
        # A proxy of the environment must not stand between this process and loopback.
        opener = build_opener(ProxyHandler({}))
        try:
            with opener.open(f"{self.base_url}/_sandbox", timeout=COUNTING_SECONDS) as answer:
                return int(json.load(answer)["requests"])
        except OSError:
            return None


def run_sandbox(options: SandboxOptions, *, port: int, with_parent: bool) -> None:
    """Serve a sandbox until it is interrupted, or until its parent has gone."""
    # The server handles signals itself: while it serves, they are its normal end.
    with interruptible():
        _serve(options, port=port, with_parent=with_parent)


def _serve(options: SandboxOptions, *, port: int, with_parent: bool) -> None:
    sandbox, serve = _sandbox(options)
    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()

    def tell(base_url: str) -> None:
        print(base_url, flush=True)
        if not with_parent:
            print(
                f"account {ACCOUNT}, domain {DOMAIN}, {options.mailboxes} mailboxes\n"
                f"HOSTWAY_USERNAME={USERNAME} HOSTWAY_PASSWORD={PASSWORD} "
                f"HOSTWAY_BASE_URL={base_url}\nCtrl-C ends it.",
                file=sys.stderr,
                flush=True,
            )

    try:
        serve(sandbox, port=port, on_ready=tell)
    except OSError as error:
        if error.filename is not None:
            raise  # It is not about the port.
        raise CommandError(f"port {port} cannot be used: {error.strerror}") from error


@contextlib.contextmanager
def beside(options: SandboxOptions) -> Iterator[Beside]:
    """Run a sandbox in a process of its own, on a free port of loopback, and end it afterwards.

    A process, because two event loops in one would take turns on the same core.
    """
    flags = (f"--{name.replace('_', '-')}={value}" for name, value in asdict(options).items())
    command = [sys.executable, "-m", "hostway_email.cli", "sandbox", "--port=0", "--with-parent"]
    # A session of its own, as Ctrl-C in a terminal goes to all processes of this one, and what the
    # audit has under way then should still be answered.
    with subprocess.Popen(
        [*command, *flags],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            with interruptible():
                base_url = process.stdout.readline().strip()
            if not base_url:
                raise CommandError("the sandbox did not start; see above")
            yield Beside(base_url)
        finally:
            # It has nothing to save, and may not listen to anything else yet.
            process.kill()


def _sandbox(options: SandboxOptions):  # type: ignore[no-untyped-def]
    try:
        from hostway_email.sandbox import Faults, Sandbox, serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("hostway_email"):
            raise
        raise CommandError(
            f"{error.name} is not installed; the sandbox needs an extra:\n"
            "  pip install 'hostway-email[sandbox]'",
            Exit.USAGE,
        ) from error
    faults = Faults(imap_failure_rate=options.imap_failure_rate, latency_ms=options.latency_ms)
    sandbox = Sandbox(
        options.mailboxes,
        options.seed,
        account=ACCOUNT,
        domain=DOMAIN,
        username=USERNAME,
        password=PASSWORD,
        faults=faults,
    )
    return sandbox, serve


def _end_with_parent() -> None:
    # Nothing is ever written: reading ends when the other end is closed, however the parent ended.
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)

"""The sandbox of the command: a server in the foreground, or in a subprocess of an audit."""

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
from typing import TYPE_CHECKING, Annotated, Final
from urllib.request import ProxyHandler, build_opener

import typer

from hostway_email.cli.exits import CommandError, Exit
from hostway_email.cli.options import Domains, ImapFailureRate, LatencyMs, Mailboxes, Seed
from hostway_email.cli.signals import interruptible

if TYPE_CHECKING:
    from hostway_email.sandbox import Sandbox

__all__ = [
    "ACCOUNT",
    "DOMAIN",
    "PASSWORD",
    "USERNAME",
    "SandboxCommand",
    "SandboxOptions",
    "SandboxProcess",
    "sandbox_process",
]

ACCOUNT: Final = "account007"
DOMAIN: Final = "example.com"
USERNAME: Final = "admin"
PASSWORD: Final = "sandbox"

COUNTING_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """The options of a sandbox."""

    mailboxes: int
    seed: int
    imap_failure_rate: float
    latency_ms: float
    domains: int = 1

    @property
    def targets(self) -> list[tuple[str, str]]:
        """The accounts and domains, named as `Sandbox` does: it cannot be imported everywhere."""
        others = range(2, self.domains + 1)
        return [(ACCOUNT, DOMAIN)] + [
            (f"account{number + 6:03}", f"example{number}.com") for number in others
        ]


@dataclass(frozen=True, slots=True)
class SandboxProcess:
    """A sandbox that runs in a subprocess."""

    base_url: str

    def requests(self) -> int | None:
        """Return the number of API requests it has received; None if it does not respond."""
        # Without the proxies of the environment, which must not be used for loopback.
        opener = build_opener(ProxyHandler({}))
        try:
            with opener.open(f"{self.base_url}/_sandbox", timeout=COUNTING_SECONDS) as response:
                return int(json.load(response)["requests"])
        except OSError:
            return None


@dataclass(frozen=True, slots=True)
class SandboxCommand:
    """Serve an embedded Hostway Email API with generated domains, until Ctrl-C."""

    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="Port on 127.0.0.1; 0 for any free port."
        ),
    ] = 8025
    mailboxes: Mailboxes = 500
    domains: Domains = 1
    seed: Seed = 7
    imap_failure_rate: ImapFailureRate = 0.0
    latency_ms: LatencyMs = 0.0
    with_parent: Annotated[
        bool, typer.Option("--with-parent", hidden=True, help="End when standard input does.")
    ] = False

    def run(self) -> None:
        """Serve a sandbox until it is interrupted, or until its parent process ends."""
        options = SandboxOptions(
            self.mailboxes, self.seed, self.imap_failure_rate, self.latency_ms, self.domains
        )
        # The server handles signals itself: while it serves, they are its normal end.
        with interruptible():
            _serve(options, port=self.port, with_parent=self.with_parent)


def _serve(options: SandboxOptions, *, port: int, with_parent: bool) -> None:
    sandbox = _sandbox(options)
    from hostway_email.sandbox import serve

    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()

    def announce(base_url: str) -> None:
        print(base_url, flush=True)
        if not with_parent:
            for account, domain in options.targets:
                shown = f"account {account}, domain {domain}, {options.mailboxes} mailboxes"
                print(shown, file=sys.stderr)
            print(
                f"HOSTWAY_USERNAME={USERNAME} HOSTWAY_PASSWORD={PASSWORD} "
                f"HOSTWAY_BASE_URL={base_url}\nPress Ctrl-C to stop.",
                file=sys.stderr,
                flush=True,
            )

    try:
        serve(sandbox, port=port, on_ready=announce)
    except OSError as error:
        if error.filename is not None:
            raise  # It is not about the port.
        raise CommandError(f"port {port} cannot be used: {error.strerror}") from error


@contextlib.contextmanager
def sandbox_process(options: SandboxOptions) -> Iterator[SandboxProcess]:
    """Run a sandbox in a subprocess, on a free port of loopback, and stop it at the end.

    In a subprocess, because two event loops in one process would share a core.
    """
    flags = (f"--{name.replace('_', '-')}={value}" for name, value in asdict(options).items())
    command = [sys.executable, "-m", "hostway_email", "sandbox", "--port=0", "--with-parent"]
    # In a new session, as Ctrl-C goes to all processes of a terminal session, and the requests of
    # the audit in progress should still get their responses.
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
                raise CommandError("the sandbox did not start; see the error above")
            yield SandboxProcess(base_url)
        finally:
            # It has nothing to save, and may not listen to anything else yet.
            process.kill()


def _sandbox(options: SandboxOptions) -> Sandbox:
    try:
        from hostway_email.sandbox import Faults, Sandbox
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("hostway_email"):
            raise
        raise CommandError(str(error), Exit.USAGE) from error
    faults = Faults(imap_failure_rate=options.imap_failure_rate, latency_ms=options.latency_ms)
    return Sandbox(
        options.mailboxes,
        options.seed,
        domains=options.domains,
        account=ACCOUNT,
        domain=DOMAIN,
        username=USERNAME,
        password=PASSWORD,
        faults=faults,
    )


def _end_with_parent() -> None:
    # Nothing is written to stdin: reading ends when the parent process ends, for whatever reason.
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)

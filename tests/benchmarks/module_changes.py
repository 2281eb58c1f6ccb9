"""The changes of module in an audit of one mailbox with one check: the jumps of a reader.

    python tests/benchmarks/module_changes.py [--show]

Counted are the call events of Python functions in `hostway_email/audit/`, without `checks/`, from
`audit()` to the end of the run. A change is an event in another module than the event before.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
from pathlib import Path
from types import FrameType

import hostway_email.audit
from hostway_email import HostwayEmail
from hostway_email.audit import audit
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

CHECK = "FWD-04"
ROOT = Path(hostway_email.audit.__file__).parent


async def calls_of(mailboxes: int) -> list[tuple[str, str]]:
    """Return the module and the function of each call in an audit."""
    sandbox = Sandbox(mailboxes=0)
    for number in range(mailboxes):
        sandbox.add_mailbox(f"user{number}", forwards=["x@gmail.com"])
    calls: list[tuple[str, str]] = []

    def note(frame: FrameType, event: str, argument: object) -> None:
        file = Path(frame.f_code.co_filename)
        if event == "call" and file.is_relative_to(ROOT):
            module = str(file.relative_to(ROOT))
            if not module.startswith("checks"):
                calls.append((module, frame.f_code.co_name))

    async with HostwayEmail("admin", "sandbox", transport=for_app(sandbox.app)) as hostway:
        domain = hostway.account("account007").domain("example.com")
        sys.setprofile(note)
        try:
            async with audit(domain, checks=[CHECK]) as run:
                async for _ in run:
                    pass
        finally:
            sys.setprofile(None)
    assert run.summary.findings == ({CHECK: mailboxes} if mailboxes else {})
    return calls


def changes(calls: list[tuple[str, str]]) -> int:
    return sum(one[0] != other[0] for one, other in itertools.pairwise(calls))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print the modules and functions")
    options = parser.parse_args()
    asyncio.run(calls_of(1))  # Imports and caches.
    one, many = (asyncio.run(calls_of(mailboxes)) for mailboxes in (1, 21))
    if options.show:
        for module, group in itertools.groupby(one, key=lambda call: call[0]):
            print(f"{module:28}", " ".join(dict.fromkeys(name for _, name in group)))
    print(f"one mailbox with {CHECK}: {changes(one)} changes of module")
    print(f"each further mailbox: {(changes(many) - changes(one)) / 20:g}")


if __name__ == "__main__":
    main()

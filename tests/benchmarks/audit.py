"""The audit against a sandbox on loopback: its time against the ideal, its memory by size.

    python tests/benchmarks/audit.py --mailboxes 200 2000 20000 --latency-ms 20

Each size runs in a fresh process. The ideal is `requests / concurrency x latency`. Memory is the
highest resident size of the auditing process; the slope over sizes tells the bytes a mailbox costs.
With `--compare` each size is audited twice, and the second audit, which is measured, is compared
with the records of the first.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import itertools
import json
import pstats
import subprocess
import sys
import tempfile
import time

from memory import peak_kib

from hostway_email import HostwayEmail
from hostway_email.audit import audit
from hostway_email.cli.commands.sandbox import (
    ACCOUNT,
    DOMAIN,
    PASSWORD,
    USERNAME,
    SandboxOptions,
    sandbox_process,
)

CONCURRENCY = 32


async def measure(
    base_url: str, transport: str, *, records: str | None = None, baseline: str | None = None
) -> dict[str, float]:
    client = HostwayEmail(USERNAME, PASSWORD, base_url=base_url, transport=transport)
    async with client as hostway:
        domain = hostway.account(ACCOUNT).domain(DOMAIN)
        started, cpu = time.perf_counter(), time.process_time()
        async with audit(
            domain, concurrency=CONCURRENCY, records=records, baseline=baseline
        ) as run:
            async for _ in run:
                pass
        return {
            "seconds": time.perf_counter() - started,
            "cpu": time.process_time() - cpu,
            "requests": run.summary.requests,
            "mailboxes": run.summary.mailboxes,
            "complete": run.summary.complete,
            "peak_kib": peak_kib(),
        }


def share_of_own_code(base_url: str, transport: str) -> float:
    """Return which part of the processor time is spent in functions of this package itself."""
    profile = cProfile.Profile()
    profile.runcall(asyncio.run, measure(base_url, transport))
    times = {place[0]: 0.0 for place in pstats.Stats(profile).stats}
    for place, (_, _, own, _, _) in pstats.Stats(profile).stats.items():
        times[place[0]] += own
    # Deferred for the network shows as time of the selector, and is none of anybody's.
    busy = {file: seconds for file, seconds in times.items() if file != "~"}
    ours = sum(seconds for file, seconds in busy.items() if "hostway_email" in file)
    return ours / sum(busy.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mailboxes", type=int, nargs="+", default=[200, 2000, 20000])
    parser.add_argument("--latency-ms", type=float, default=20.0)
    parser.add_argument("--transport", default="httpx", help="httpx, httpx2 or aiohttp")
    parser.add_argument("--profile", action="store_true", help="tell the share of our own code")
    parser.add_argument("--compare", action="store_true", help="compare with an audit before")
    for internal in ("--against", "--records", "--baseline"):
        parser.add_argument(internal, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.against:
        files = {"records": options.records, "baseline": options.baseline}
        print(json.dumps(asyncio.run(measure(options.against, options.transport, **files))))
        return
    print(
        "| mailboxes | requests | ideal s | seconds | of the ideal | requests/s | client CPU s "
        "| peak MiB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    peaks = []
    for count in options.mailboxes:
        with (
            sandbox_process(SandboxOptions(count, 7, 0.0, options.latency_ms)) as server,
            tempfile.TemporaryDirectory() as folder,
        ):
            command = [sys.executable, __file__, "--against", server.base_url]
            command += ["--transport", options.transport]
            if options.compare:
                old = f"{folder}/old.jsonl"
                subprocess.run([*command, "--records", old], check=True, capture_output=True)
                command += ["--records", f"{folder}/new.jsonl", "--baseline", old]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        ideal = found["requests"] / CONCURRENCY * options.latency_ms / 1000
        peaks.append((found["mailboxes"], found["peak_kib"]))
        print(
            f"| {found['mailboxes']:,} | {found['requests']:,} | {ideal:.2f} "
            f"| {found['seconds']:.2f} | {ideal / found['seconds']:.2f} "
            f"| {found['requests'] / found['seconds']:.0f} "
            f"| {found['cpu']:.2f} | {found['peak_kib'] / 1024:.1f} |"
        )
    for (few, less), (many, more) in itertools.pairwise(peaks):
        each = (more - less) * 1024 / (many - few)
        print(f"from {few:,} to {many:,}: {each:.0f} bytes a mailbox")
    if options.profile:
        with sandbox_process(
            SandboxOptions(options.mailboxes[0], 7, 0.0, options.latency_ms)
        ) as server:
            share = share_of_own_code(server.base_url, options.transport)
        print(f"own code: {share:.0%} of the time that Python code takes (under cProfile)")


if __name__ == "__main__":
    main()

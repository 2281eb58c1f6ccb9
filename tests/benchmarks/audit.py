"""The audit against a sandbox on loopback: its time against the ideal, its memory by size.

    python tests/benchmarks/audit.py --mailboxes 200 2000 20000 --latency-ms 20

Each size runs in a fresh process. The ideal is `requests / concurrency x latency`. Memory is the
highest resident size of the auditing process; the slope over sizes tells the bytes a mailbox costs.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import resource
import subprocess
import sys
import time

from hostway_email import HostwayEmail
from hostway_email.audit import audit
from hostway_email.cli.sandboxes import (
    ACCOUNT,
    DOMAIN,
    PASSWORD,
    USERNAME,
    SandboxOptions,
    beside,
)

CONCURRENCY = 32


async def measure(base_url: str) -> dict[str, float]:
    async with HostwayEmail(USERNAME, PASSWORD, base_url=base_url) as hostway:
        domain = hostway.account(ACCOUNT).domain(DOMAIN)
        started, cpu = time.perf_counter(), time.process_time()
        async with audit(domain, concurrency=CONCURRENCY) as run:
            async for _ in run:
                pass
        return {
            "seconds": time.perf_counter() - started,
            "cpu": time.process_time() - cpu,
            "requests": run.summary.requests,
            "mailboxes": run.summary.mailboxes,
            "complete": run.summary.complete,
            "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mailboxes", type=int, nargs="+", default=[200, 2000, 20000])
    parser.add_argument("--latency-ms", type=float, default=20.0)
    parser.add_argument("--against", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.against:
        print(json.dumps(asyncio.run(measure(options.against))))
        return
    print("| mailboxes | requests | ideal s | seconds | of the ideal | client CPU s | peak MiB |")
    print("|---|---|---|---|---|---|---|")
    peaks = []
    for count in options.mailboxes:
        with beside(SandboxOptions(count, 7, 0.0, options.latency_ms)) as server:
            command = [sys.executable, __file__, "--against", server.base_url]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        ideal = found["requests"] / CONCURRENCY * options.latency_ms / 1000
        peaks.append((found["mailboxes"], found["peak_kib"]))
        print(
            f"| {found['mailboxes']:,} | {found['requests']:,} | {ideal:.2f} "
            f"| {found['seconds']:.2f} | {ideal / found['seconds']:.2f} "
            f"| {found['cpu']:.2f} | {found['peak_kib'] / 1024:.1f} |"
        )
    for (few, less), (many, more) in itertools.pairwise(peaks):
        each = (more - less) * 1024 / (many - few)
        print(f"from {few:,} to {many:,}: {each:.0f} bytes a mailbox")


if __name__ == "__main__":
    main()

"""The HTML report of an audit: the cost of writing it, and its speed in a browser.

    python tests/benchmarks/report.py --mailboxes 1000 10000

The records are those of a sandbox in this process. Each report is written by a fresh process;
memory is its peak resident size, and the slope is the bytes per mailbox. In the browser
"ready" is from the start of the navigation until the filters can be used, "keystroke" and "sort"
are until the next frame is painted, each the slowest of several.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from memory import peak_kib

from hostway_email.audit.reports import write_csv, write_html

sys.path.insert(0, str(Path(__file__).parents[1] / "audit" / "reports"))

from browsers import chromium, missing

BYTES_PER_MB = 1024 * 1024

# The effect is visible in the frame after the current one.
TIMED = """
async ([name, value]) => {
  const field = document.forms.filters.elements[name];
  const started = performance.now();
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - started;
}
"""


async def keep_records(mailboxes: int, path: Path) -> None:
    # Imported here, so that they do not count as memory of a process that writes a report.
    from hostway_email import HostwayEmail
    from hostway_email.audit import audit
    from hostway_email.sandbox import Sandbox
    from hostway_email.transports.httpx import for_app

    sandbox = Sandbox(mailboxes=mailboxes)
    client = HostwayEmail("admin", "sandbox", transport=for_app(sandbox.app))
    async with client as hostway:
        domain = hostway.account(sandbox.domain.account).domain(sandbox.domain.name)
        async with audit(domain, records=path) as run:
            async for _ in run:
                pass


def make(kind: str, records: str, path: str) -> dict[str, float]:
    started = time.perf_counter()
    {"html": write_html, "csv": write_csv}[kind](records, path)
    return {
        "seconds": time.perf_counter() - started,
        "peak": peak_kib() * 1024,
        "size": Path(path).stat().st_size,
    }


def in_a_process_of_its_own(kind: str, records: Path, path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--make", kind, str(records), str(path)]
    made = subprocess.run(command, check=True, capture_output=True)
    return dict(json.loads(made.stdout))


def in_the_browser(path: Path) -> dict[str, float]:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        marked = "performance.getEntriesByName('filters-ready')[0].startTime"
        ready = float(page.evaluate(marked))
        keystrokes = [
            page.evaluate(TIMED, ["text", text])
            for text in ("a", "an", "ann", "anna", "ann", "an", "a", "")
        ]
        sorts = [page.evaluate(TIMED, ["sort", by]) for by in ("name", "use", "number", "")]
        return {"ready": ready, "keystroke": max(keystrokes), "sort": max(sorts)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mailboxes", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--make", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        print(json.dumps(make(*options.make)))
        return
    if lacking := missing():
        print(f"without the columns of the browser: {lacking}", file=sys.stderr)
    print(
        "| mailboxes | page: s | page: peak MiB | page: MB | CSV: s | CSV: peak MiB "
        "| ready s | keystroke ms | sort ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    peaks = []
    for count in options.mailboxes:
        with tempfile.TemporaryDirectory() as folder:
            records, path = Path(folder, "records.jsonl"), Path(folder, "report.html")
            asyncio.run(keep_records(count, records))
            table = in_a_process_of_its_own("csv", records, Path(folder, "report.csv"))
            page = in_a_process_of_its_own("html", records, path)
            seen = {} if lacking else in_the_browser(path)
        peaks.append((count, page["peak"]))
        print(
            f"| {count:,} | {page['seconds']:.2f} | {page['peak'] / BYTES_PER_MB:.1f} "
            f"| {page['size'] / 1e6:.1f} | {table['seconds']:.2f} "
            f"| {table['peak'] / BYTES_PER_MB:.1f} "
            f"| {seen.get('ready', 0) / 1000:.2f} | {seen.get('keystroke', 0):.0f} "
            f"| {seen.get('sort', 0):.0f} |",
            flush=True,
        )
    for (few, less), (many, more) in itertools.pairwise(peaks):
        print(f"from {few:,} to {many:,}: {(more - less) / (many - few):.0f} bytes a mailbox")


if __name__ == "__main__":
    main()

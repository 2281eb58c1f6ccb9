"""Make the screenshots of the documentation: the page of the sandbox in Chromium.

    python tests/audit/reports/screenshot.py

They are written to `docs/images/`: the overview, and the mailboxes with two of them opened.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from hostway_email import HostwayEmail
from hostway_email.audit import audit
from hostway_email.audit.reports import write_html
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

sys.path.insert(0, str(Path(__file__).parent))

from browsers import chromium, missing

IMAGES = Path(__file__).parents[3] / "docs" / "images"
MOST_BYTES = 250_000


async def keep_records(path: Path) -> None:
    sandbox = Sandbox(mailboxes=500)
    transport = for_app(sandbox.app)
    async with HostwayEmail("admin", "sandbox", transport=transport) as hostway:
        domain = hostway.account(sandbox.domain.account).domain(sandbox.domain.name)
        async with audit(domain, records=path) as run:
            async for _ in run:
                pass


def take(page_on_disk: Path) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1180, "height": 1000})
        page.goto(page_on_disk.as_uri())
        page.screenshot(path=IMAGES / "report.png")
        page.set_viewport_size({"width": 1180, "height": 800})
        for number in (0, 2):
            page.locator("details.m > summary").nth(number).click()
        page.locator("#mailboxes").evaluate("one => one.scrollIntoView()")
        page.mouse.move(0, 0)
        page.screenshot(path=IMAGES / "report-mailboxes.png")


def main() -> None:
    if lacking := missing():
        sys.exit(lacking)
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        records, page = Path(folder, "audit.jsonl"), Path(folder, "audit.html")
        asyncio.run(keep_records(records))
        write_html(records, page)
        take(page)
    for path in sorted(IMAGES.glob("report*.png")):
        size = path.stat().st_size
        print(f"{path.name}: {size:,} bytes")
        assert size < MOST_BYTES


if __name__ == "__main__":
    main()

"""The `report` command, and the reports that an audit ends with."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from hostway_email.audit.reports import write_csv, write_html
from hostway_email.audit.reports.digest import Digest
from hostway_email.cli.summary import print_summary
from hostway_email.errors import InvalidRequestError

__all__ = ["ReportOptions", "run_report"]


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """Which reports are wanted.

    Attributes:
        csv: where the table goes.
        html: where the page goes.
        redact: whether names are replaced, in the summary too.
    """

    csv: Path | None
    html: Path | None
    redact: bool

    @property
    def any(self) -> bool:
        """Whether records are needed for anything of this."""
        return self.csv is not None or self.html is not None or self.redact

    def require_writable(self, records: Path | None) -> None:
        """Find out before an audit of hours that its reports can be written after it.

        Raises:
            InvalidRequestError: one cannot, or two files are the same.
        """
        files = [path for path in (records, self.csv, self.html) if path is not None]
        if len({path.resolve() for path in files}) < len(files):
            raise InvalidRequestError("records and reports must go to files of their own")
        for path in (self.csv, self.html):
            if path is not None and (problem := _problem(path.resolve())):
                raise InvalidRequestError(f"{path} cannot be written: {problem}")

    def write(self, records: Path | None) -> list[Path]:
        """Write the reports of a file of records, and return where they are.

        Raises:
            InvalidRequestError: a file cannot be read or written.
        """
        written = []
        if self.csv is not None and records is not None:
            write_csv(records, self.csv, redact=self.redact)
            written.append(self.csv)
        if self.html is not None and records is not None:
            write_html(records, self.html, redact=self.redact)
            written.append(self.html)
        return written

    def hiding(self, records: Path | None) -> Callable[[str], str]:
        """Return what a text becomes before it is shown."""
        if not self.redact or records is None:
            return str
        with Digest(records, redact=True) as digest:
            return digest.names.text


def _problem(path: Path) -> str | None:
    if path.is_dir():
        return "it is a folder"
    if not path.parent.is_dir():
        return "its folder does not exist"
    return None if os.access(path.parent, os.W_OK) else "its folder must not be written to"


def run_report(records: Path, options: ReportOptions) -> None:
    """Print the summary of a file of records, and write its reports.

    Raises:
        InvalidRequestError: a file cannot be read or written.
    """
    options.require_writable(records)
    with Digest(records, redact=options.redact) as digest:
        print_summary(
            Console(highlight=False),
            digest.summary,
            digest.header.targets,
            hide=digest.names.text,
        )
    options.write(records)

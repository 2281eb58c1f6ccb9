"""The `report` command, and the reports at the end of an audit."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol, TextIO

import typer

from hostway_email.audit.reports import write_csv, write_html
from hostway_email.audit.reports.index import RecordsIndex
from hostway_email.cli.commands.destinations import Destination, require_distinct
from hostway_email.cli.exits import error_message
from hostway_email.cli.options import CsvFile, HtmlFile, Redact
from hostway_email.cli.render.consoles import result_console
from hostway_email.cli.render.summary import print_summary
from hostway_email.cli.signals import interruptible

__all__ = ["ReportCommand", "ReportOptions", "Reports"]


class WriteReport(Protocol):
    """A function that writes a report of a records file."""

    def __call__(self, records: Path, path: Path | TextIO, *, redact: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """The options for reports.

    Attributes:
        csv: the path of the CSV report; `-` for standard output.
        html: the path of the HTML report; `-` for standard output.
        redact: whether to replace names by pseudonyms, also in the summary.
    """

    csv: Path | None
    html: Path | None
    redact: bool

    @property
    def formats(self) -> dict[str, tuple[Path | None, WriteReport]]:
        """The path of each report, and the function that writes it, by option."""
        return {"--csv": (self.csv, write_csv), "--html": (self.html, write_html)}

    @property
    def any(self) -> bool:
        """Whether any of them needs records."""
        return self.redact or any(path is not None for path, _ in self.formats.values())

    @contextlib.contextmanager
    def opened(
        self, inputs: Mapping[str, Path | None], records: Path | None = None
    ) -> Iterator[Reports]:
        """Yield the reports after checking their destinations, before an audit of hours.

        Parameters:
            inputs: the input files by option, none of which may be replaced.
            records: the output file of the records.

        Raises:
            InvalidRequestError: a report cannot be written, or a file is used twice.
        """
        paths = {option: path for option, (path, _) in self.formats.items()}
        require_distinct({**paths, "--records": records}, inputs)
        with contextlib.ExitStack() as stack:
            reports = [
                (stack.enter_context(Destination.opened(option, path)), write)
                for option, (path, write) in self.formats.items()
                if path is not None
            ]
            yield Reports(reports, redact=self.redact)


class Reports:
    """The reports of an audit, and their destinations.

    Attributes:
        on_stdout: whether one of them is written to standard output.
        failures: the errors of reports that could not be written.
    """

    def __init__(self, reports: Iterable[tuple[Destination, WriteReport]], *, redact: bool) -> None:
        # Streams last, as they may block until there is a reader.
        self._reports = sorted(reports, key=lambda report: report[0].is_stream)
        self._redact = redact
        self.on_stdout = any(destination.is_stdout for destination, _ in self._reports)
        self.failures: list[Exception] = []

    def write(self, records: Path | None) -> list[str]:
        """Write the reports of a records file, and return the names of their destinations.

        A report that fails does not affect the others; `failures` has its error.
        """
        written: list[str] = []
        if records is None:
            return written
        for destination, write in self._reports:
            # Writing to a pipe may block forever.
            blocking = interruptible() if destination.is_stream else contextlib.nullcontext()
            try:
                with blocking:
                    write(records, destination.target, redact=self._redact)
                written.append(destination.name)
            except Exception as error:
                self.failures.append(error)
        return written

    def require_all(self) -> None:
        """Raise the first failure, with the others as its notes."""
        if self.failures:
            first, *others = self.failures
            for other in others:
                first.add_note(error_message(other))
            raise first

    def redactor(self, records: Path | None) -> Callable[[str], str]:
        """Return the function that redacts a text before it is printed."""
        if not self._redact or records is None:
            return str
        with RecordsIndex(records, redact=True) as index:
            return index.names.text


@dataclass(frozen=True, slots=True)
class ReportCommand:
    """Print the summary and write the reports of a recorded audit."""

    records: Annotated[
        Path,
        typer.Argument(metavar="FILE.jsonl", show_default=False, help="Records file of an audit."),
    ]
    csv: CsvFile = None
    html: HtmlFile = None
    redact: Redact = False

    def run(self) -> None:
        """Write the reports of a records file, and print its summary.

        Raises:
            InvalidRequestError: a file cannot be read or written.
        """
        options = ReportOptions(self.csv, self.html, self.redact)
        with interruptible(), options.opened({"RECORDS": self.records}) as reports:
            with RecordsIndex(self.records, redact=self.redact) as index:
                reports.write(self.records)
                print_summary(
                    result_console(to_stderr=reports.on_stdout),
                    index.summary,
                    index.header.targets,
                    hide=index.names.text,
                )
            reports.require_all()

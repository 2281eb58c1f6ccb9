"""The `report` command, and the reports that an audit ends with."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hostway_email.audit.reports import write_csv, write_html
from hostway_email.audit.reports.index import RecordsIndex
from hostway_email.cli.commands.destinations import Destination, require_apart
from hostway_email.cli.exits import described
from hostway_email.cli.render.consoles import result_console
from hostway_email.cli.render.summary import print_summary
from hostway_email.cli.signals import interruptible

__all__ = ["ReportOptions", "Reports", "run_report"]


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """Which reports are wanted.

    Attributes:
        csv: where the table goes; `-` for standard output, as for the page.
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

    @contextlib.contextmanager
    def opened(
        self, inputs: Mapping[str, Path | None], records: Path | None = None
    ) -> Iterator[Reports]:
        """Yield the reports, of which it is known before an audit of hours that they can be made.

        Parameters:
            inputs: the files that are read, by their options: none of them may be replaced.
            records: another file that is written.

        Raises:
            InvalidRequestError: one cannot be made, or a file is used twice.
        """
        outputs = {"--csv": self.csv, "--html": self.html}
        require_apart({**outputs, "--records": records}, inputs)
        with contextlib.ExitStack() as stack:
            yield Reports(
                self,
                *(
                    None if path is None else stack.enter_context(Destination.opened(option, path))
                    for option, path in outputs.items()
                ),
            )


class Reports:
    """The reports of an audit, and where they go.

    Attributes:
        on_stdout: whether one of them goes to standard output.
        failures: why reports could not be written.
    """

    def __init__(
        self, options: ReportOptions, csv: Destination | None, html: Destination | None
    ) -> None:
        self._options = options
        wanted = [(csv, write_csv), (html, write_html)]
        # What can block comes last: files do not have to wait for the reader of a pipe.
        self._wanted = sorted(
            ((where, write) for where, write in wanted if where is not None),
            key=lambda one: one[0].is_stream,
        )
        self.on_stdout = any(where.is_stdout for where, _ in self._wanted)
        self.failures: list[Exception] = []

    def write(self, records: Path | None) -> list[str]:
        """Write the reports of a file of records, and return where they are.

        One that fails keeps no other from being written; `failures` has the errors.
        """
        written: list[str] = []
        if records is None:
            return written
        for where, write in self._wanted:
            # A pipe may have a reader that reads no more.
            waiting = interruptible() if where.is_stream else contextlib.nullcontext()
            try:
                with waiting:
                    write(records, where.target, redact=self._options.redact)
                written.append(where.name)
            except Exception as error:
                self.failures.append(error)
        return written

    def require_all(self) -> None:
        """Raise the first failure, with the others as its notes."""
        if self.failures:
            first, *others = self.failures
            for other in others:
                first.add_note(described(other))
            raise first

    def hiding(self, records: Path | None) -> Callable[[str], str]:
        """Return what a text becomes before it is shown."""
        if not self._options.redact or records is None:
            return str
        with RecordsIndex(records, redact=True) as digest:
            return digest.names.text


def run_report(records: Path, options: ReportOptions) -> None:
    """Write the reports of a file of records, and print its summary.

    Raises:
        InvalidRequestError: a file cannot be read or written.
    """
    with interruptible(), options.opened({"RECORDS": records}) as reports:
        with RecordsIndex(records, redact=options.redact) as digest:
            reports.write(records)
            print_summary(
                result_console(to_stderr=reports.on_stdout),
                digest.summary,
                digest.header.targets,
                hide=digest.names.text,
            )
        reports.require_all()

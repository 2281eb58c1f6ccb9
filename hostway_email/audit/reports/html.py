"""The page of an audit: one file that holds all it needs, for people."""

from __future__ import annotations

import os
from typing import TextIO

from hostway_email.audit.reports.digest import Digest
from hostway_email.audit.reports.files import replaced
from hostway_email.errors import InvalidRequestError

__all__ = ["write_html"]


def write_html(
    records: str | os.PathLike[str],
    path: str | os.PathLike[str] | TextIO,
    *,
    redact: bool = False,
) -> None:
    """Write an audit as one HTML page; a report that is there already is replaced.

    The page loads nothing and works offline. It needs the extra `cli`.

    Parameters:
        records: the file of records.
        path: the report, readable by its owner alone; or a text file that is open.
        redact: replace names by pseudonyms.

    Raises:
        InvalidRequestError: the records cannot be read, no report can be made there, or the
            extra is not installed.
        OSError: there is no room for the report, which `filename` names.
    """
    try:
        # Who writes no page does without the extra.
        from hostway_email.audit.reports.page import page_of
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("hostway_email"):
            raise
        rule = f"needs {missing.name}: pip install 'hostway-email[cli]'"
        raise InvalidRequestError(f"a report in HTML {rule}", {"html": rule}) from missing
    with Digest(records, redact=redact) as digest, replaced(path, records) as file:
        for piece in page_of(digest):
            file.write(piece)

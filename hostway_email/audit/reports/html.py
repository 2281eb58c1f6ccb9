"""The HTML report: one self-contained file."""

from __future__ import annotations

import os
from typing import TextIO

from hostway_email.audit.reports.files import replaced
from hostway_email.audit.reports.index import RecordsIndex
from hostway_email.errors import InvalidRequestError

__all__ = ["write_html"]


def write_html(
    records: str | os.PathLike[str],
    path: str | os.PathLike[str] | TextIO,
    *,
    redact: bool = False,
) -> None:
    """Write the report of an audit as one HTML page, replacing an existing one.

    The page loads nothing and works offline. It needs the extra `cli`.

    Parameters:
        records: the records file.
        path: the report, readable by its owner only; or an open text file.
        redact: replace names by pseudonyms.

    Raises:
        InvalidRequestError: the records cannot be read, the report cannot be created, or the
            extra is not installed.
        OSError: the report cannot be written, for example on a full disk; `filename` names it.
    """
    try:
        # Imported here, so that the other reports do not need the extra.
        from hostway_email.audit.reports.page import page_of
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("hostway_email"):
            raise
        rule = f"requires {missing.name}: pip install 'hostway-email[cli]'"
        raise InvalidRequestError(f"the HTML report {rule}", {"html": rule}) from missing
    with RecordsIndex(records, redact=redact) as index, replaced(path, records) as file:
        for piece in page_of(index):
            file.write(piece)

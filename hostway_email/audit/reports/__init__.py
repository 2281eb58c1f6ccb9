"""Reports of an audit, written from its records file: CSV and HTML.

```python
from hostway_email.audit.reports import write_csv, write_html

write_csv("audit.jsonl", "audit.csv")
write_html("audit.jsonl", "audit.html", redact=True)
```

A report never holds all records in memory. The report of an interrupted run says that it is
incomplete.
"""

from __future__ import annotations

from hostway_email.audit.reports.csv import write_csv
from hostway_email.audit.reports.html import write_html

__all__ = ["write_csv", "write_html"]

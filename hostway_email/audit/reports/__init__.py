"""Reports of an audit, made from its file of records: a table for machines, a page for people.

```python
from hostway_email.audit.reports import write_csv, write_html

write_csv("audit.jsonl", "audit.csv")
write_html("audit.jsonl", "audit.html", redact=True)
```

A report never holds the records in memory, and it can be made of a run that was stopped: it says
then that it is incomplete.
"""

from __future__ import annotations

from hostway_email.audit.reports.html import write_html
from hostway_email.audit.reports.table import write_csv

__all__ = ["write_csv", "write_html"]

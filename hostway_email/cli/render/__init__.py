"""Output of the commands: tables, summaries and progress."""

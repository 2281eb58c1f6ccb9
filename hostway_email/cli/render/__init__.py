"""What the commands print: tables, summaries, and progress."""

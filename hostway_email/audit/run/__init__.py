"""A running audit: the package that uses all others of the audit except reports."""

"""A running audit: the only room of the audit that knows all the others."""

"""From evidence to a file: the records, and what is read from them."""

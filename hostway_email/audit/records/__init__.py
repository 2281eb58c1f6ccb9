"""From evidence to a file: records, and everything that is read from them."""

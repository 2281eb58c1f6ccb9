"""One call, from a method and a path to a response or an error."""

"""The path of one call: from a method and a path to a response or an error."""

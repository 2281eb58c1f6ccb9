"""What the manual of the API promises, held against the client and the sandbox."""

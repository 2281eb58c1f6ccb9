"""Tests of the client and the sandbox against the manual of the API."""

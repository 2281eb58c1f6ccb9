"""The HTTP layer: routing, authorization, requests, responses and errors."""

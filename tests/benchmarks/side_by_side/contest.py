"""The clients by name, in the order of the table."""

from __future__ import annotations

from .clients import Client, HandWritten, Ours, RawAiohttp, RawHttpx
from .peers import Cloudflare, Githubkit, Openai

__all__ = ["BASE", "CLIENTS", "OURS", "PEERS"]

BASE = "raw httpx"
OURS: dict[str, Client] = {
    "ours, httpx": Ours("httpx"),
    "ours, httpx2": Ours("httpx2"),
    "ours, aiohttp": Ours("aiohttp"),
}
PEERS: dict[str, Client] = {
    "cloudflare": Cloudflare(),
    "githubkit": Githubkit(),
    "openai": Openai(),
}
CLIENTS: dict[str, Client] = {
    BASE: RawHttpx(),
    "hand-written": HandWritten(),
    "raw aiohttp": RawAiohttp(),
    **OURS,
    **PEERS,
}

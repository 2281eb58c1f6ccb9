"""SDKs of other APIs, with a request and a list like those of usernames.

They keep their defaults except for the number of connections and githubkit's cache of
responses, as the others have none.
"""

from __future__ import annotations

import sys
from typing import Any

from .server import PAGE


class _Peer:
    package = ""

    def without_aiohttp(self) -> None:
        """Hide aiohttp: two SDKs import it if it is installed, for an option few users need."""
        sys.modules["aiohttp"] = None  # which makes its import fail


class Cloudflare(_Peer):
    """Email routing rules; generated, on httpx."""

    package = "cloudflare"

    async def open(self, base: str, connections: int) -> None:
        self.without_aiohttp()
        import cloudflare
        import httpx

        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        client = cloudflare.DefaultAsyncHttpxClient(limits=limits)
        self.client = cloudflare.AsyncCloudflare(
            api_token="bench", base_url=base, http_client=client
        )

    async def one(self) -> int:
        rule = await self.client.email_routing.rules.get("one", zone_id="zone")
        return int(rule.priority)

    def items(self) -> Any:
        return self.client.email_routing.rules.list(zone_id="zone", per_page=PAGE)

    def values(self, item: Any) -> tuple[str, int]:
        return item.name, item.priority


class Githubkit(_Peer):
    """Labels of a repository; generated with pydantic models, on httpx."""

    package = "githubkit"

    async def open(self, base: str, connections: int) -> None:
        self.without_aiohttp()
        import httpx
        from githubkit import GitHub

        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        transport = httpx.AsyncHTTPTransport(limits=limits)
        self.client = GitHub("bench", base_url=base, http_cache=False, async_transport=transport)
        await self.client.__aenter__()

    async def one(self) -> int:
        response = await self.client.rest.issues.async_get_label("octocat", "hello", "one")
        number: int = response.parsed_data.id
        return number

    def items(self) -> Any:
        return self.client.rest.paginate(
            self.client.rest.issues.async_list_labels_for_repo,
            owner="octocat",
            repo="hello",
            per_page=PAGE,
        )

    def values(self, item: Any) -> tuple[str, int]:
        return item.name, item.id


class Openai(_Peer):
    """Uploaded files; generated, on httpx2."""

    package = "openai"

    async def open(self, base: str, connections: int) -> None:
        self.without_aiohttp()
        import httpx2
        import openai

        limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
        client = openai.DefaultAsyncHttpxClient(limits=limits)
        self.client = openai.AsyncOpenAI(api_key="bench", base_url=base, http_client=client)

    async def one(self) -> int:
        file = await self.client.files.retrieve("one")
        return file.bytes

    def items(self) -> Any:
        return self.client.files.list(limit=PAGE)

    def values(self, item: Any) -> tuple[str, int]:
        return item.filename, item.bytes

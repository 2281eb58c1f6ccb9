"""The global address book of a domain."""

from __future__ import annotations

from typing import Final

from hostway_email._core.arguments import checked_arguments
from hostway_email.errors import ConflictError
from hostway_email.models.contacts import (
    Contact,
    ContactCreate,
    ContactFilter,
    ContactPage,
    ContactUpdate,
    contact_query,
)
from hostway_email.pagination import AsyncPager
from hostway_email.resources._advice import advising
from hostway_email.resources._base import Resource

__all__ = ["ContactsResource"]

_ADVICE: Final = "A contact of that name exists: call update() to change it."


class ContactsResource(Resource):
    """The contacts of a domain, reached as `domain.contacts`."""

    __slots__ = ()

    @checked_arguments
    async def create(self, contact: ContactCreate) -> None:
        """Add a contact.

        `POST /accounts/{account}/email/{domain}/contacts`

        Raises:
            BadRequestError: the API rejected a field; `fields` names it.
            ConflictError: a contact with that name exists.
        """
        with advising({ConflictError: _ADVICE}):
            await self._session.send("POST", self._path / "contacts", body=contact)

    @checked_arguments
    async def get(self, name: str) -> Contact:
        """Return one contact; its `name` may be missing in the response.

        `GET /accounts/{account}/email/{domain}/contacts/{contact}`

        Raises:
            NotFoundError: no such domain or contact.
        """
        path = (self._path / "contacts").value("contact", name)
        return (await self._session.send("GET", path)).model(Contact)

    @checked_arguments
    async def update(self, name: str, changes: ContactUpdate) -> None:
        """Change the given fields of a contact; its name cannot be changed.

        `PUT /accounts/{account}/email/{domain}/contacts/{contact}`

        Raises:
            BadRequestError: the API rejected a field; `fields` names it.
            NotFoundError: no such domain or contact.
        """
        path = (self._path / "contacts").value("contact", name)
        await self._session.send("PUT", path, body=changes)

    @checked_arguments
    async def delete(self, name: str) -> None:
        """Delete a contact.

        `DELETE /accounts/{account}/email/{domain}/contacts/{contact}`

        Raises:
            NotFoundError: no such domain or contact.
        """
        path = (self._path / "contacts").value("contact", name)
        await self._session.send("DELETE", path)

    @checked_arguments
    def list(
        self, *, filter: ContactFilter | None = None, search: ContactFilter | None = None
    ) -> AsyncPager[Contact]:
        """Return a pager over the contacts; requests are sent when it is iterated.

        `filter={"email": "ana@example.com"}` selects contacts with exactly that value,
        `search={"name": "ana"}` those that contain it. No pages are documented for this list.

        `GET /accounts/{account}/email/{domain}/contacts`

        Raises:
            InvalidRequestError: unknown field of a contact, or a value that is not a `str`.
            NotFoundError: no such domain; raised by the iteration.
        """
        return AsyncPager(
            self._session,
            self._path / "contacts",
            into=ContactPage,
            item_key="name",
            query=contact_query(filter, search),
            page_size=None,
            paged=False,
        )

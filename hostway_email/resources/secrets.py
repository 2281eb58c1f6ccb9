"""The secret questions that a username has answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import SecretStr

from hostway_email._core.arguments import checked_arguments
from hostway_email.errors import BadRequestError
from hostway_email.models.linked_list import LinkedList
from hostway_email.models.secrets import SecretKeys, SecretsUpdate
from hostway_email.resources._advice import advising
from hostway_email.resources._base import Resource

__all__ = ["SecretsResource"]

_ADVICE: Final = "Give all answers at once, as many as secret_question_settings requires."


class SecretsResource(Resource):
    """The secret questions of a username, reached as `domain.username("ana").secrets`."""

    __slots__ = ()

    @checked_arguments
    async def set(self, answers: Mapping[str, str | SecretStr]) -> None:
        """Set the answers to secret questions, by their text keys: `{"tk1": "answer"}`.

        Give all answers: the API replaces the whole set, and requires the minimum of the settings.

        - `PUT /accounts/{account}/email/{domain}/usernames/{name}/secrets`
        - `PUT /email/{domain}/usernames/{name}/secrets`

        Raises:
            InvalidRequestError: no answer was given, or one has fewer than two characters.
            BadRequestError: fewer answers than `secret_question_settings` requires.
            PermissionDeniedError: the credentials lack the permission.
            NotFoundError: no such account, domain or username.
        """
        try:
            body = SecretsUpdate.made_of(answers=answers)
        finally:
            # Error trackers show the locals of each frame.
            del answers
        with advising({BadRequestError: _ADVICE}):
            await self._session.send("PUT", self._path / "secrets", body=body)

    async def list(self) -> LinkedList[str]:
        """Return the text keys of the answered questions, with the `links` of the response.

        - `GET /accounts/{account}/email/{domain}/usernames/{name}/secrets`
        - `GET /email/{domain}/usernames/{name}/secrets`

        Raises:
            NotFoundError: no such account, domain or username.
        """
        answered = (await self._session.send("GET", self._path / "secrets")).model(SecretKeys)
        return LinkedList(answered.keys, answered.links)

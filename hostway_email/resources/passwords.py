"""Resetting a forgotten password."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import SecretStr

from hostway_email.models.passwords import PasswordReset
from hostway_email.resources._base import Resource

__all__ = ["PasswordResource"]


class PasswordResource(Resource):
    """The password of a mailbox, regular or Exchange; its path is the mailbox's."""

    __slots__ = ()

    async def reset_password(
        self, *, answers: Mapping[str, str | SecretStr], password: str | SecretStr
    ) -> None:
        """Set a new password for somebody who can answer the secret questions.

        - `POST /accounts/{account}/email/{domain}/usernames/{name}/mailbox/action`
        - `POST /accounts/{account}/email/{domain}/usernames/{name}/exchange/action`
        - `POST /email/{domain}/usernames/{name}/mailbox/action`
        - `POST /email/{domain}/usernames/{name}/exchange/action`

        Parameters:
            answers: the answers, by the text key of each question; see `secrets.list()`.
            password: the new password, one that was never used before.

        Raises:
            InvalidRequestError: there is no answer, or one has fewer than two characters.
            BadRequestError: the API refused the password or the answers.
            ConflictError: an answer is wrong.
            NotFoundError: no such account, domain or mailbox.
        """
        try:
            body = PasswordReset.made_of(answers=answers, password=password)
        finally:
            # Tools that report errors show what stays in a frame.
            del answers, password
        await self._session.write("POST", self._path / "action", body=body)

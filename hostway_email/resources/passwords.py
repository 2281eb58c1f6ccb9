"""The reset of a forgotten password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import SecretStr

from hostway_email._core.arguments import checked_arguments
from hostway_email.errors import ConflictError
from hostway_email.models.passwords import PasswordReset
from hostway_email.resources._advice import advising
from hostway_email.resources._base import Resource

__all__ = ["PasswordResource"]

_ADVICE: Final = "Check the answers to the secret questions."


class PasswordResource(Resource):
    """The password of a regular or Exchange mailbox, at the path of the mailbox."""

    __slots__ = ()

    @checked_arguments
    async def reset_password(
        self, *, answers: Mapping[str, str | SecretStr], password: str | SecretStr
    ) -> None:
        """Set a new password, authorised by the answers to the secret questions.

        - `POST /accounts/{account}/email/{domain}/usernames/{name}/mailbox/action`
        - `POST /accounts/{account}/email/{domain}/usernames/{name}/exchange/action`
        - `POST /email/{domain}/usernames/{name}/mailbox/action`
        - `POST /email/{domain}/usernames/{name}/exchange/action`

        Parameters:
            answers: the answers by the text keys of the questions; see `secrets.list()`.
            password: the new password; it must not have been used before.

        Raises:
            InvalidRequestError: no answer was given, or one has fewer than two characters.
            BadRequestError: the API rejected the password or the answers.
            ConflictError: an answer is wrong.
            NotFoundError: no such account, domain or mailbox.
        """
        try:
            body = PasswordReset.made_of(answers=answers, password=password)
        finally:
            # Error trackers show the locals of each frame.
            del answers, password
        with advising({ConflictError: _ADVICE}):
            await self._session.send("POST", self._path / "action", body=body)

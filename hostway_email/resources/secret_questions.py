"""The secret questions on offer, and how many of them must be answered."""

from __future__ import annotations

from hostway_email.models.secret_questions import SecretQuestions, SecretQuestionSettings
from hostway_email.resources._base import Resource

__all__ = ["SecretQuestionSettingsResource", "SecretQuestionsResource"]


class SecretQuestionsResource(Resource):
    """The secret questions on offer, reached as `hostway.secret_questions`; the path is its own."""

    __slots__ = ()

    async def get(self) -> SecretQuestions:
        """Return the questions that can be chosen, by their text keys.

        `GET /email/secretQuestions`
        """
        path = self._path / "secretQuestions"
        return await self._session.call("GET", path, into=SecretQuestions)


class SecretQuestionSettingsResource(Resource):
    """The rules for secret questions, reached as `hostway.secret_question_settings`."""

    __slots__ = ()

    async def get(self) -> SecretQuestionSettings:
        """Return how many questions each username must have answered.

        `GET /email/secretQuestionSettings`
        """
        path = self._path / "secretQuestionSettings"
        return await self._session.call("GET", path, into=SecretQuestionSettings)

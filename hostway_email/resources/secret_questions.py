"""The available secret questions, and the required number of answers."""

from __future__ import annotations

from hostway_email.models.secret_questions import SecretQuestions, SecretQuestionSettings
from hostway_email.resources._base import Resource

__all__ = ["SecretQuestionSettingsResource", "SecretQuestionsResource"]


class SecretQuestionsResource(Resource):
    """The available secret questions, reached as `hostway.secret_questions`."""

    __slots__ = ()

    async def get(self) -> SecretQuestions:
        """Return the available questions by their text keys.

        `GET /email/secretQuestions`
        """
        path = self._path / "secretQuestions"
        return (await self._session.send("GET", path)).model(SecretQuestions)


class SecretQuestionSettingsResource(Resource):
    """The rules for secret questions, reached as `hostway.secret_question_settings`."""

    __slots__ = ()

    async def get(self) -> SecretQuestionSettings:
        """Return the number of questions that each username must have answered.

        `GET /email/secretQuestionSettings`
        """
        path = self._path / "secretQuestionSettings"
        return (await self._session.send("GET", path)).model(SecretQuestionSettings)

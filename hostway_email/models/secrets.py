"""The answered secret questions of a username."""

from typing import Annotated

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from hostway_email.models._request import RequestModel, SecretAnswer
from hostway_email.models._response import Readable, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["SecretKeys", "SecretsUpdate"]


class SecretKeys(ResponseModel):
    """The text keys of the questions that a username has answered."""

    keys: Annotated[list[Readable[str]], Field(alias="list")]
    links: LinkList = []


class SecretsUpdate(RequestModel):
    """Answers to secret questions, by the text key of each question."""

    leaves_out_none = True

    answers: Annotated[dict[str, SecretAnswer], Field(min_length=1)]

    @model_serializer(mode="wrap")
    def _as_map(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        # The text keys are sent as the fields.
        fields: dict[str, dict[str, object]] = handler(self)
        return fields["answers"]

"""The secret questions on offer, and how many of them must be answered."""

from hostway_email.models._response import Readable, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["SecretQuestionSettings", "SecretQuestions"]


class SecretQuestions(ResponseModel):
    """The secret questions that can be chosen.

    Attributes:
        questions: the text of each question by its text key; empty where none is on offer.
        links: the answer's links.
    """

    questions: dict[str, Readable[str]]
    links: LinkList = []


class SecretQuestionSettings(ResponseModel):
    """The rules for secret questions.

    Attributes:
        minimum: how many questions each username must have answered.
        links: the answer's links.
    """

    minimum: int
    links: LinkList = []

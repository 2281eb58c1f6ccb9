"""The available secret questions, and how many must be answered."""

from hostway_email.models._lenient_values import Number
from hostway_email.models._response import Readable, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["SecretQuestionSettings", "SecretQuestions"]


class SecretQuestions(ResponseModel):
    """The available secret questions.

    Attributes:
        questions: the text of each question by its text key; empty if there are none.
        links: the response's links.
    """

    questions: dict[str, Readable[str]]
    links: LinkList = []


class SecretQuestionSettings(ResponseModel):
    """The rules for secret questions.

    Attributes:
        minimum: the number of questions that each username must have answered.
        links: the response's links.
    """

    minimum: Number
    links: LinkList = []

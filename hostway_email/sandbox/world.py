"""The state of a sandbox and its settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random
from uuid import UUID

from hostway_email.sandbox.faults import Dice, Faults
from hostway_email.sandbox.state import Domain

__all__ = ["World"]

_QUESTIONS = {
    "tk1": "What was the name of your first pet?",
    "tk2": "In which town did your parents meet?",
    "tk3": "What was the model of your first car?",
    "tk4": "What was the name of your first school?",
    "tk5": "What is your favourite dish?",
}


@dataclass(slots=True)
class World:
    """The state of a sandbox: its domain, the provider's settings and the faults."""

    domain: Domain
    username: str
    password: str
    today: date
    password_rules: bool
    faults: Faults
    dice: Dice
    guids: Random
    secret_questions: dict[str, str] = field(default_factory=_QUESTIONS.copy)
    secret_minimum: int = 3

    def now(self) -> datetime:
        """Return the timestamp of changes, which is the same all day."""
        return datetime.combine(self.today, time(9, 43, 48))

    def guid(self) -> str:
        """Return the next error id."""
        return str(UUID(int=self.guids.getrandbits(128), version=4))

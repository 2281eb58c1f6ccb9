"""Everything that the operations of one sandbox work on."""

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
    """One domain, the settings of the franchise around it, and the faults to show."""

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
        """Return the time that changes are stamped with: always the same on one day."""
        return datetime.combine(self.today, time(9, 43, 48))

    def guid(self) -> str:
        """Return the next identifier of a fault."""
        return str(UUID(int=self.guids.getrandbits(128), version=4))

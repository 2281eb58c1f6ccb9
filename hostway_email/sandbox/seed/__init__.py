"""Generation of a realistic domain with findings for an audit."""

from __future__ import annotations

from random import Random

from hostway_email.sandbox.seed.company import build_company
from hostway_email.sandbox.seed.findings import plant
from hostway_email.sandbox.seed.surroundings import surround
from hostway_email.sandbox.world import World

__all__ = ["populate"]


def populate(world: World, count: int, random: Random) -> None:
    """Generate `count` usernames, their settings and those of the domain."""
    company = build_company(world, count, random)
    plant(world, company, random)
    surround(world, company, random)

"""A believable domain: its people, its rooms, and a few things that an audit should find."""

from __future__ import annotations

from random import Random

from hostway_email.sandbox.seed.company import build_company
from hostway_email.sandbox.seed.findings import plant
from hostway_email.sandbox.seed.surroundings import surround
from hostway_email.sandbox.world import World

__all__ = ["populate"]


def populate(world: World, count: int, random: Random) -> None:
    """Fill the world with `count` usernames and all that belongs to such a domain."""
    company = build_company(world, count, random)
    plant(world, company, random)
    surround(world, company, random)

"""The names of fields that the API documents, as far as models have them."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

from pydantic import AliasChoices, BaseModel

__all__ = ["documents_fields", "is_documented"]

M = TypeVar("M", bound=type[BaseModel])

_BASES: list[type[BaseModel]] = []


def documents_fields(base: M) -> M:
    """Register a model whose fields, and those of its subclasses, are documented."""
    _BASES.append(base)
    return base


def is_documented(name: str) -> bool:
    """Return whether it names a field of the API, such as `password` or `list.0.type`."""
    return all(part.isdigit() or part in _names() for part in name.split("."))


@cache
def _names() -> frozenset[str]:
    names = {"Content-Type", ""}
    kinds = list(_BASES)
    for kind in kinds:
        kinds += kind.__subclasses__()
        for name, about in kind.model_fields.items():
            alias = about.validation_alias or about.alias or name
            choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
            names.update(choice for choice in choices if isinstance(choice, str))
    return frozenset(names)

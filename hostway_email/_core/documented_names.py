"""The field names that the API documents, as collected from the models."""

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
    """Return whether `name` is a field of the API, such as `password` or `list.0.type`."""
    return all(part.isdigit() or part in _names() for part in name.split("."))


@cache
def _names() -> frozenset[str]:
    names = {"Content-Type", ""}
    models = list(_BASES)
    for model in models:
        models += model.__subclasses__()
        for name, field in model.model_fields.items():
            alias = field.validation_alias or field.alias or name
            choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
            names.update(choice for choice in choices if isinstance(choice, str))
    return frozenset(names)

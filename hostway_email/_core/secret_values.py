"""Secret values with safe printing, copying and pickling, and the mask shown in their place."""

import re
from functools import lru_cache
from typing import Final, Never, Self, get_args, get_origin

from pydantic import BaseModel, Secret, SecretBytes, SecretStr

__all__ = [
    "MASK",
    "MASK_RULE",
    "SECRETS",
    "MaskedInPickles",
    "NeverPickled",
    "holds_secret",
    "is_mask",
]

MASK: Final = str(SecretStr("-"))
"""The text that pydantic shows in place of a secret."""

MASK_RULE: Final = "must be the secret itself, not the asterisks shown in its place"

SECRETS: Final = (SecretStr, SecretBytes, Secret)
"""The types of pydantic that hold a secret."""

# As written by `repr`, of text or of bytes, with any class name.
_MASK: Final = re.compile(rf"""(?:\w*\()?b?['"]?{re.escape(MASK)}['"]?\)?""")


def is_mask(text: str) -> bool:
    """Return whether `text` is the mask, or a secret as `repr` shows it."""
    return _MASK.fullmatch(text) is not None


@lru_cache(256)
def holds_secret(model: object) -> bool:
    """Return whether a model has a field for a secret, itself or in a model inside of it."""
    kinds: list[object] = [model]
    seen: set[type[BaseModel]] = set()
    for kind in kinds:
        kinds += get_args(kind)
        cls = get_origin(kind) or kind
        if not isinstance(cls, type):
            continue
        if issubclass(cls, SECRETS):
            return True
        if issubclass(cls, BaseModel) and cls not in seen:
            seen.add(cls)
            # A field may name a class that is defined later.
            cls.model_rebuild(raise_errors=False)
            kinds += [field.annotation for field in cls.model_fields.values()]
    return False


class _HeldSecret(SecretStr):
    """The base of secrets in models: a `SecretStr` that is equal to any other of the same value."""

    def __eq__(self, other: object) -> bool:
        # Delegated to pydantic, which compares in constant time, but only instances of one class.
        return isinstance(other, SecretStr) and _plain(self) == _plain(other)

    def __hash__(self) -> int:
        return hash(self.get_secret_value())

    def __repr__(self) -> str:
        return repr(_plain(self))

    # Immutable. The default copy uses pickling, which would lose the secret.
    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


class MaskedInPickles(_HeldSecret):
    """A secret of a response: kept in copies, replaced by asterisks in pickles."""

    def __reduce_ex__(self, protocol: object) -> tuple[type[SecretStr], tuple[str]]:
        return SecretStr, (str(self),)


class NeverPickled(_HeldSecret):
    """A secret of a request: kept in copies, never pickled."""

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError(
            "a secret of a request cannot be pickled: use what the body's revealed() returns"
        )


def _plain(secret: SecretStr) -> SecretStr:
    return SecretStr(secret.get_secret_value())

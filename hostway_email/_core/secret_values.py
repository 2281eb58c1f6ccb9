"""Secret values: how they print, copy and pickle, and the mask that stands for them in print."""

import re
from collections.abc import Mapping
from typing import Final, Never, Self

from pydantic import Secret, SecretStr

__all__ = [
    "MASK",
    "MASK_RULE",
    "MaskedInPickles",
    "NeverPickled",
    "is_mask",
    "sealed",
]

MASK: Final = str(SecretStr("-"))
"""What pydantic shows in place of a secret."""

MASK_RULE: Final = "must be the secret itself, not the asterisks that are shown in its place"

# As `repr` writes it, of text or of bytes, whatever the class is called.
_MASK: Final = re.compile(rf"""(?:\w*\()?b?['"]?{re.escape(MASK)}['"]?\)?""")


def is_mask(text: str) -> bool:
    """Return whether `text` is the mask, or a secret as `repr` shows it."""
    return _MASK.fullmatch(text) is not None


def sealed(value: object) -> object:
    """Return `value` with every secret in it, right or wrong, in a form that prints masked."""
    if isinstance(value, Mapping):
        return {name: sealed(item) for name, item in value.items()}
    if isinstance(value, str):
        return SecretStr(value)
    return value if isinstance(value, SecretStr) else Secret(value)


class _HeldSecret(SecretStr):
    """What the secrets of models share: to a program each is a `SecretStr` like any other."""

    def __eq__(self, other: object) -> bool:
        # Left to pydantic, whose comparison takes as long for a wrong guess as for a right one; but
        # it takes no instance of another subclass for an equal.
        return isinstance(other, SecretStr) and _plain(self) == _plain(other)

    def __hash__(self) -> int:
        return hash(self.get_secret_value())

    def __repr__(self) -> str:
        return repr(_plain(self))

    # It never changes. A copy that was made as pickle makes it would lose the secret.
    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


class MaskedInPickles(_HeldSecret):
    """A secret that the API told: copies keep it, pickles hold asterisks in its place."""

    def __reduce_ex__(self, protocol: object) -> tuple[type[SecretStr], tuple[str]]:
        return SecretStr, (str(self),)


class NeverPickled(_HeldSecret):
    """A secret to be sent: copies keep it, and pickling it is refused."""

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError(
            "a secret of a request is not pickled: carry what the body's revealed() returns"
        )


def _plain(secret: SecretStr) -> SecretStr:
    return SecretStr(secret.get_secret_value())

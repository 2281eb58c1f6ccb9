"""Secret values with safe printing, copying and pickling, and the mask shown in their place."""

import re
from typing import Final, Never, Self

from pydantic import SecretStr

__all__ = [
    "MASK",
    "MASK_RULE",
    "MaskedInPickles",
    "NeverPickled",
    "is_mask",
]

MASK: Final = str(SecretStr("-"))
"""The text that pydantic shows in place of a secret."""

MASK_RULE: Final = "must be the secret itself, not the asterisks shown in its place"

# As written by `repr`, of text or of bytes, with any class name.
_MASK: Final = re.compile(rf"""(?:\w*\()?b?['"]?{re.escape(MASK)}['"]?\)?""")


def is_mask(text: str) -> bool:
    """Return whether `text` is the mask, or a secret as `repr` shows it."""
    return _MASK.fullmatch(text) is not None


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

"""When pydantic builds the models: at their first use, so that importing them costs little."""

from typing import Final, cast

__all__ = ["WHEN_USED"]

# Of `True` a TypeAdapter takes that it should wait as well. FastAPI makes one of each body and
# response, and silences a warning about its own arguments while it does so, not when the adapter
# is built later. What is merely true postpones the model alone.
WHEN_USED: Final = cast("bool", 1)
"""The value of `defer_build` for every model of this package."""

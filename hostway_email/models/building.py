"""The deferred building of models, which keeps their import fast."""

from typing import Final, cast

__all__ = ["WHEN_USED"]

# With `True` a TypeAdapter of the model is deferred as well. FastAPI creates one for each body and
# response, and suppresses a warning about its own arguments only while it does so, not when the
# adapter is built later. Another true value defers only the model.
WHEN_USED: Final = cast("bool", 1)
"""The value of `defer_build` for every model of this package."""

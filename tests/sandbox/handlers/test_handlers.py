"""The registration of the handlers."""

from __future__ import annotations

import pytest

from hostway_email.sandbox import OPERATIONS, handlers


def test_every_operation_has_a_handler() -> None:
    """An operation without a handler fails on import, and so does a handler without operation."""
    assert handlers.HANDLERS.keys() == {operation.id for operation in OPERATIONS}
    with pytest.raises(ImportError, match=r"domain\.get"):
        handlers.collect(
            [module for module in handlers.MODULES if "domain.get" not in module.HANDLERS]
        )

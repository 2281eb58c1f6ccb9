"""The sandbox without its extra."""

from __future__ import annotations

import pytest

from ..support.processes import run_process

WITHOUT = """
import importlib, sys
sys.modules[sys.argv[1]] = None
try:
    importlib.import_module(sys.argv[2])
except ModuleNotFoundError as error:
    print(error)
"""
SUBMODULES = ("hostway_email.sandbox.state", "hostway_email.sandbox.server")


@pytest.mark.parametrize(
    ("missing", "imported"),
    [
        ("starlette", "hostway_email.sandbox"),
        *(
            pytest.param(*one, marks=pytest.mark.slow)
            for one in (
                ("uvicorn", "hostway_email.sandbox"),
                # What the extra requires in turn.
                ("click", "hostway_email.sandbox"),
                *(("starlette", name) for name in SUBMODULES),
            )
        ),
    ],
)
def test_names_the_pip_install(missing: str, imported: str) -> None:
    """Importing any part of it without the extra says what is missing and how to install it."""
    done = run_process(["-c", WITHOUT, missing, imported])

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{missing} is not installed; ")
    assert "pip install 'hostway-email[sandbox]'" in done.stdout

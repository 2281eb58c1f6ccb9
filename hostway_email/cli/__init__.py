"""The `hostway-email` command."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command; without the extra it needs, say how to install it."""
    try:
        from hostway_email.cli.app import app
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("hostway_email"):
            raise
        print(
            f"hostway-email: {error.name} is not installed; the command needs an extra:\n"
            "  pip install 'hostway-email[cli]'",
            file=sys.stderr,
        )
        sys.exit(2)
    app()

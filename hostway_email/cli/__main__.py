"""Lets `python -m hostway_email.cli` do what `hostway-email` does."""

from hostway_email.cli._start import main

if __name__ == "__main__":
    main()

"""Lets `python -m hostway_email.cli` do what `hostway-email` does."""

from hostway_email_start import main

if __name__ == "__main__":
    main()

"""The entry point of `python -m hostway_email.cli`."""

from hostway_email.cli._start import main

if __name__ == "__main__":
    main()

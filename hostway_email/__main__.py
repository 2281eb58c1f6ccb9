"""The entry point of `python -m hostway_email`."""

from hostway_email.cli.start import main

if __name__ == "__main__":
    main()

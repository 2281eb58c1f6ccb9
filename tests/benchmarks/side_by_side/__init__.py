"""The benchmark of `transports.py`: its server, its clients, and its run."""

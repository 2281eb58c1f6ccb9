"""The benchmark of `transports.py`: a server, the clients it is asked by, and who asks them."""

"""Ways to the network for login providers: the standard library, or a client of the host's."""

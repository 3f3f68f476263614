"""How what is personal is kept: sealed under a key for each person, found by a keyed index."""

"""People: who they are, how they log in, how to reach them, and whether they were here before."""

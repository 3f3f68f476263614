"""Versions: what a version text means, which releases there are, and which one a user runs."""

"""Hypothesis strategies for every model, one file a context."""

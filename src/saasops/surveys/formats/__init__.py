"""Surveys and their answers in the formats of others, each in its own file."""

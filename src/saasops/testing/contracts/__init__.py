"""Contracts: what everything behind a port of saasops has to keep, as tests to inherit."""

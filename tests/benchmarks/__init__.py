"""Benchmarks: each compares ours with a peer in one run, and says whether the goal is met.

A module here is a benchmark if it has a function `measure(size: str | None) -> dict` that returns
the keys name, size, ours, peer, ratio, goal and met, and any others. It is called by `NAME`, or
by its file's name with `-` for `_`. *size* means what the module says; None is its default.
"""

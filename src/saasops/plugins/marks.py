"""The marks by which hooks and their specifications are known."""

import pluggy

PROJECT = "saasops"
"""Prefix of every hook, and the entry-point group in which plugins are declared."""

hookimpl = pluggy.HookimplMarker(PROJECT)
hookspec = pluggy.HookspecMarker(PROJECT)

"""Imports social-core once: a package that it stands on warns of itself, and warnings are errors."""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "defusedxml.cElementTree", DeprecationWarning)
    from social_core.backends.github import GithubOAuth2
    from social_core.strategy import BaseStrategy

__all__ = ["BaseStrategy", "GithubOAuth2"]

"""Logins: how a person proves who he is, safely, whichever provider vouches for him.

A provider knows one outside party. State, nonce, PKCE, redirects, rate limits and sessions are
made and looked at here, so that no provider can forget them.
"""

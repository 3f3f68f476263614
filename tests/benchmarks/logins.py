"""What a login costs us, without the network, against one whole login on loopback.

Both go through `ops.logins` and the plugin for OpenID Connect: ours with an issuer that answers
from memory, whose own signing is not counted; the other with a real issuer in Node and a browser
that fills in its forms. `--size` is the number of logins without the network.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NAME = "logins"
GOAL = 0.1
SIZES = {"50": 50, "200": 200}
PEERS = 9


def measure(size: str | None) -> dict[str, Any]:
    """Return the median milliseconds of both, and their ratio."""
    folder = str(Path(__file__).parents[1] / "logins")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    from node_judge import node_missing

    if (missing := node_missing()) is not None:
        raise SystemExit(f"{NAME}: {missing}")
    ours = statistics.median(_without_network(SIZES[size or "200"])) * 1e3
    peer = statistics.median(_on_loopback()) * 1e3
    return {
        "name": NAME,
        "size": size or "200",
        "ours": ours,
        "peer": peer,
        "ratio": ours / peer,
        "unit": "ms",
        "goal": f"<= {GOAL}",
        "met": ours / peer <= GOAL,
    }


def _open(
    issuer: str, client: str, secret: str, transport: Any, clock: Callable[[], datetime]
) -> Any:
    from oidc_issuers import CALLBACK

    import saasops_oidc
    from saasops import SaasOps
    from saasops.logins.policy import LoginPolicy

    settings = {"issuer": issuer, "client_id": client, "client_secret": secret}
    return SaasOps.open(
        "memory",
        plugins=saasops_oidc.several({"one": settings}),
        logins=LoginPolicy(providers=("oidc.one",), redirects=(CALLBACK,)),
        transport=transport,
        clock=clock,
    )


def _without_network(times: int) -> list[float]:
    from oidc_issuers import CALLBACK, NOW, OwnIssuer, reply, sent_to

    own = OwnIssuer()
    ops = _open(own.issuer, own.client_id, "secret", own, lambda: NOW)
    taken: list[float] = []
    for number in range(times + 1):
        begun = time.perf_counter()
        step = ops.logins.begin("oidc.one", redirect_uri=CALLBACK)
        first = time.perf_counter() - begun
        params = own.login(step.step)
        token = own.id_token(sent_to(step.step)[1]["nonce"])
        answer = {"access_token": "access-1", "token_type": "Bearer", "id_token": token}
        own.replies["/token"] = reply(answer)
        begun = time.perf_counter()
        ops.logins.finish(params, browser=step.browser)
        taken += [first + time.perf_counter() - begun] if number else []
    return taken


def _on_loopback() -> list[float]:
    from oidc_issuers import CALLBACK, SECRET, browse, real_issuers

    from saasops.transports.standard import StandardTransport

    taken: list[float] = []
    with real_issuers("one") as issuers:
        ops = _open(issuers["one"], "basic client", SECRET, StandardTransport(), _now)
        for number in range(PEERS + 1):
            begun = time.perf_counter()
            step = ops.logins.begin("oidc.one", redirect_uri=CALLBACK)
            ops.logins.finish(browse(step.step.url, "ming"), browser=step.browser)
            taken += [time.perf_counter() - begun] if number else []
    return taken


def _now() -> datetime:
    return datetime.now(UTC)

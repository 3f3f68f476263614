"""The table of who may do what: a row for every entry of every handle.

What a row means is decided in `roles`, where it is checked by the shell. Whoever embeds the
library stands above the table: it binds those on whose behalf something is done.
"""

from collections.abc import Mapping

import attrs

USER, ASSISTANT, OPERATOR, AUDITOR = "user", "assistant", "operator", "auditor"

HOST: frozenset[str] = frozenset()
OPERATORS = frozenset({OPERATOR})
WATCHERS = frozenset({OPERATOR, AUDITOR})
READERS = frozenset({ASSISTANT, OPERATOR, AUDITOR})
STAFF = frozenset({ASSISTANT, OPERATOR})
ALL = frozenset({USER, ASSISTANT, OPERATOR, AUDITOR})


@attrs.frozen(kw_only=True)
class Right:
    """Who may use one entry: some roles for everybody, and *owners* about themselves.

    *own* is the argument that has to name the actor, `post.author` a field of it. Owners leave
    out the arguments that are *reserved* for the others.
    """

    roles: frozenset[str]
    own: str | None = None
    owners: frozenset[str] = frozenset()
    reserved: tuple[str, ...] = ()


def _own(
    argument: str, others: frozenset[str], *owners: str, reserved: tuple[str, ...] = ()
) -> Right:
    return Right(roles=others, own=argument, owners=frozenset(owners or {USER}), reserved=reserved)


_JUDGED = ("post.verdict", "post.verified_at", "post.verified_by", "post.reason")

_TABLE: dict[str, dict[str, Right | frozenset[str]]] = {
    "SaasOps": {
        "acting": HOST,
        "launch": OPERATORS,
        "campaigns": ALL,
        "tick": OPERATORS,
        "render": ALL,
        "plugins": WATCHERS,
        "wipe": HOST,
    },
    "People": {
        "register": OPERATORS,
        "user": _own("user", STAFF),
        "identify": OPERATORS,
        "link": OPERATORS,
        "unlink": _own("user", OPERATORS),
        "identities": _own("user", OPERATORS),
        "contact": _own("user", WATCHERS),
        "contacts": WATCHERS,
        "import_users": OPERATORS,
        "import_priors": OPERATORS,
        "prior_matches": WATCHERS,
    },
    "Persons": {
        "proposals": WATCHERS,
        "decide": OPERATORS,
        "decisions": WATCHERS,
        "link": OPERATORS,
        "merge": OPERATORS,
        "undo_merge": OPERATORS,
        "merges": WATCHERS,
    },
    "Addresses": {
        "needed": _own("user", READERS),
        "fill": _own("user", OPERATORS),
        "import_addresses": OPERATORS,
    },
    "Segments": {
        "define": OPERATORS,
        "get": WATCHERS,
        "all": WATCHERS,
        "evaluate": OPERATORS,
        "snapshot": OPERATORS,
        "snapshots": WATCHERS,
        "members": WATCHERS,
        "history": WATCHERS,
    },
    "Privacy": {
        "policy": ALL,
        "in_force": ALL,
        "adopt": OPERATORS,
        "consent": _own("user", OPERATORS),
        "withdraw_consent": _own("user", OPERATORS),
        "consents": _own("user", WATCHERS),
        "allowed": _own("user", WATCHERS),
        "hold": OPERATORS,
        "lift_hold": OPERATORS,
        "holds": WATCHERS,
        "retain": OPERATORS,
        "erase": OPERATORS,
        "erasures": WATCHERS,
        "repeat": OPERATORS,
        "export": _own("user", OPERATORS),
        "reveal": _own("user", OPERATORS),
    },
    "Logins": {
        "providers": ALL,
        "begin": HOST,
        "finish": HOST,
        "session": HOST,
        "sessions": _own("user", WATCHERS),
        "logout": HOST,
        "logout_everywhere": _own("user", OPERATORS),
    },
    "Keyrings": {
        "in_use": WATCHERS,
        "rewrap": HOST,
        "reindex": HOST,
    },
    "Roles": {
        "assign": OPERATORS,
        "revoke": OPERATORS,
        "of": _own("user", WATCHERS),
        "assigned": WATCHERS,
    },
    "Campaigns": {
        "definition": READERS,
        "advice": WATCHERS,
        "participant": _own("user", READERS),
        "participants": READERS,
        "history": _own("user", WATCHERS),
        "invite_audience": OPERATORS,
        "invite": OPERATORS,
        "reach": _own("user", OPERATORS),
        "acknowledge": _own("user", OPERATORS),
        "withdraw": _own("user", OPERATORS),
        "import_invitations": OPERATORS,
        "import_channels": OPERATORS,
    },
    "Surveys": {
        "prefill": _own("user", OPERATORS),
        "draft": _own("user", OPERATORS),
        "edit": _own("user", OPERATORS),
        "discard": _own("user", OPERATORS),
        "submit": _own("user", OPERATORS, reserved=("at",)),
        "response": _own("user", STAFF),
        "history": _own("user", OPERATORS),
        "counts": WATCHERS,
        "migrate": OPERATORS,
        "import_responses": OPERATORS,
        "import_documents": OPERATORS,
        "export_responses": OPERATORS,
    },
    "SurveyProfiles": {
        "propose": OPERATORS,
        "save": OPERATORS,
        "get": WATCHERS,
        "all": WATCHERS,
        "remove": OPERATORS,
    },
    "SurveyDefinitions": {
        "save": OPERATORS,
        "discard": OPERATORS,
        "publish": OPERATORS,
        "review": WATCHERS,
        "draft": WATCHERS,
        "drafts": WATCHERS,
        "published": ALL,
        "versions": READERS,
        "surveys": READERS,
    },
    "Uploads": {
        "add": _own("user", OPERATORS),
        "find": _own("user", OPERATORS),
        "open": _own("user", OPERATORS),
        "waiting": _own("user", OPERATORS),
    },
    "Scheduling": {
        "slots": ALL,
        "free": ALL,
        "load": READERS,
        "limits": READERS,
        "booking": _own("user", READERS),
        "hold": _own("user", OPERATORS),
        "confirm": _own("user", OPERATORS),
        "book": _own("user", OPERATORS),
        "reschedule": _own("user", OPERATORS, reserved=("late",)),
        "cancel": _own("user", OPERATORS, reserved=("late",)),
        "pin": OPERATORS,
        "wait": _own("user", OPERATORS),
        "stop_waiting": _own("user", OPERATORS),
        "waiting": READERS,
        "invitation": _own("user", READERS),
        "absent": _own("absence.assistant", OPERATORS, ASSISTANT),
        "report_outcome": _own("outcome.assistant", OPERATORS, ASSISTANT),
        "outcomes": _own("user", READERS),
        "refresh": OPERATORS,
        "import_assistants": OPERATORS,
        "import_absences": OPERATORS,
        "import_calendar": _own("assistant", OPERATORS, ASSISTANT),
        "import_outcomes": OPERATORS,
    },
    "Planning": {
        "instance": WATCHERS,
        "solve": WATCHERS,
        "replan": WATCHERS,
        "explain": _own("user", WATCHERS),
        "on": READERS,
        "load": READERS,
        "advice": WATCHERS,
        "apply": OPERATORS,
    },
    "Notices": {
        "of": _own("recipient", WATCHERS),
        "all": WATCHERS,
        "counts": WATCHERS,
    },
    "Threads": {
        "open": OPERATORS,
        "post": _own("post.author", OPERATORS, USER, ASSISTANT, reserved=_JUDGED),
        "verify": OPERATORS,
        "page": ALL,
        "replies": ALL,
        "to_verify": WATCHERS,
        "check_ins": WATCHERS,
    },
    "Rewards": {
        "award": OPERATORS,
        "grants": WATCHERS,
        "stock": WATCHERS,
        "points": _own("user", WATCHERS),
        "points_given": WATCHERS,
        "postings": WATCHERS,
        "shipping": OPERATORS,
        "ship": OPERATORS,
    },
    "Reports": {
        "standing": WATCHERS,
        "weekly": WATCHERS,
        "survey": WATCHERS,
        "cross": WATCHERS,
        "texts": OPERATORS,
        "channel_counts": WATCHERS,
        "channels": WATCHERS,
    },
    "Versions": {
        "describe": OPERATORS,
        "products": ALL,
        "publish": OPERATORS,
        "releases": ALL,
        "way": ALL,
        "require": OPERATORS,
        "requirements": ALL,
        "readiness": _own("user", READERS),
        "downloads": _own("user", READERS),
        "download_counts": WATCHERS,
        "users": WATCHERS,
        "census": WATCHERS,
        "announce_endings": OPERATORS,
        "import_releases": OPERATORS,
        "import_cycles": OPERATORS,
        "import_document": OPERATORS,
        "import_paths": OPERATORS,
        "import_downloads": OPERATORS,
    },
    "Calendars": {
        "names": READERS,
        "get": READERS,
        "compare": WATCHERS,
        "define": OPERATORS,
        "import_": OPERATORS,
        "import_country": OPERATORS,
        "import_china": OPERATORS,
        "override": OPERATORS,
    },
    "Outbox": {
        "waiting": WATCHERS,
        "dead": WATCHERS,
        "requeue": OPERATORS,
    },
    "Audit": {
        "campaign": WATCHERS,
        "outbox": WATCHERS,
        "uploads": WATCHERS,
    },
}

RIGHTS: Mapping[str, Right] = {
    f"{handle}.{name}": found if isinstance(found, Right) else Right(roles=found)
    for handle, rows in _TABLE.items()
    for name, found in rows.items()
}
"""From the name of an entry, such as `Scheduling.book`, to who may use it."""

"""Where the rows of one person are, table by table, and what is left of a row without him.

Which tables, and which of their fields go, is decided by `saasops.people.privacy.classes`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias, TypeGuard, cast

import attrs

from saasops.app.people import index_person, priors_of
from saasops.app.survey_definitions import survey_version
from saasops.app.uploads import UPLOAD
from saasops.app.work import Work
from saasops.notices.notice import settle
from saasops.people.privacy.classes import Place
from saasops.people.resemblance import Decision
from saasops.people.roles import RoleRevoked
from saasops.ports import Row, Table
from saasops.rewards.ledger import holder
from saasops.serial import is_list, is_table
from saasops.storage import outbox, tables
from saasops.storage.shelves import Shelf, subject_of
from saasops.storage.tables import (
    ATTEMPTS,
    CAMPAIGNS,
    DEAD,
    MATCH_KEYS,
    MERGES,
    OUTBOX,
    REQUESTS,
    RESEMBLANCE_DECISIONS,
    SEGMENT_SNAPSHOTS,
    SUBJECT_KEYS,
    TABLES,
)
from saasops.surveys.answers import Response, public
from saasops.surveys.calculated import personal_numbers
from saasops.surveys.definition import Survey
from saasops.surveys.history import Former
from saasops.vault.sealing import place as place_of

Goes: TypeAlias = Callable[[str], bool]
"""Whether private answers of a personal category have to go; free texts and files are of ""."""


def _is_shelf(found: object) -> TypeGuard[Shelf[Any]]:
    return isinstance(found, Shelf)


SHELVES: Mapping[str, Shelf[Any]] = {
    found.table.name: found for found in vars(tables).values() if _is_shelf(found)
}
BY_NAME: Mapping[str, Table] = {table.name: table for table in TABLES}


def campaigns_of(work: Work) -> tuple[str, ...]:
    """Return the ids of all campaigns, and "" for what belongs to none."""
    return ("", *(row["id"] for row in work.rows(CAMPAIGNS, {})))


def find(work: Work, place: Place, user: str, campaigns: tuple[str, ...]) -> list[Any]:
    """Return what *place* holds of *user*, within *campaigns* where it is of campaigns.

    Values of a shelf, else rows.
    """
    special = _SPECIAL.get(place.table)
    if special is not None:
        return list(special(work, user, campaigns))
    table, shelf = BY_NAME[place.table], SHELVES.get(place.table)
    named = place.owner in table.columns
    found: list[Any] = []
    for campaign in campaigns if "campaign" in table.columns else ("",):
        where: Row = {place.owner: user} if named else {}
        if "campaign" in table.columns:
            where["campaign"] = campaign
        if shelf is None:
            found += work.rows(table, where)
        else:
            found += (v for v in work.each(shelf, where) if getattr(v, place.owner) == user)
    return found


def all_go(_: str) -> bool:
    """Let answers of every category go."""
    return True


def has_key_of(work: Work, user: str) -> bool:
    """Tell whether anything may still lie under the key of *user*."""
    return any(True for _ in _key(work, user, ()))


def left_of(work: Work, place: Place, value: Any, *, goes: Goes = all_go) -> Any:
    """Return what stays of *value* at *place*: itself, a part, or None.

    Of private answers, those stay whose category need not go.
    """
    if not place.fields:
        return value
    if place.table == "responses":
        return _response(work, value, goes)
    if isinstance(value, Former):
        return attrs.evolve(value, response=_response(work, value.response, goes))
    if place.table == "notices":
        waits = value.stage in ("planned", "sending")
        why = "notice.suppressed.erased"
        return settle(value, "suppressed", at=work.at, reason=why) if waits else value
    if place.fields == ("*",):
        return None if goes("") else value
    return _without(value, place.fields)


def keep_apart(work: Work, place: Place, value: Any) -> None:
    """Keep *value* as it is, under a key that stays when its person's goes."""
    shelf = SHELVES.get(place.table)
    if shelf is not None and shelf.subject is not None and isinstance(value, shelf.kind):
        work.save(shelf, value, shared=True)


def key_of(table: Table, value: Any) -> tuple[Any, ...]:
    """Return the key of *value*, a row or what a shelf keeps, in *table*."""
    if isinstance(value, dict):
        row = cast("Row", value)
        return tuple(row[name] for name in table.key)
    return tuple(getattr(value, name) for name in table.key)


def take_away(work: Work, place: Place, value: Any, left: Any, *, shared: bool) -> None:
    """Put *left* in the place of *value*; *shared* where nothing may be kept as his any more."""
    table = BY_NAME[place.table]
    if table is SUBJECT_KEYS:
        work.sealing.forget(value["subject"])
    elif left is None:
        work.tx.delete(table, key_of(table, value))
    else:
        work.save(SHELVES[place.table], left, shared=shared)
    if place.table == "uploads":
        _let_the_file_go(work, value.campaign, value.id)
    if place.table == "contacts":
        index_person(work, value.user)
    if place.table == "roles":
        work.record(RoleRevoked(user=value["user"], role=value["role"], at=work.at))
    if place.table == "priors":
        _let_the_prior_go(work, value.id)


def _let_the_prior_go(work: Work, id: str) -> None:
    """Forget what leads to an earlier participation, and what operators said of it."""
    for row in list(work.rows(MATCH_KEYS, {"kind": "prior", "owner": id})):
        work.tx.delete(MATCH_KEYS, key_of(MATCH_KEYS, row))
    subject = subject_of("prior", id)
    for one in list(_decided(work, {subject})):
        work.tx.delete(RESEMBLANCE_DECISIONS.table, key_of(RESEMBLANCE_DECISIONS.table, one))
    work.sealing.forget(subject)


def _let_the_file_go(work: Work, campaign: str, id: str) -> None:
    """Let the next tick remove the file: only what is committed is gone for good."""
    for row in work.tx.find(DEAD, {"topic": UPLOAD, "message": id}):
        work.tx.delete(DEAD, (row["id"],))
    waiting = work.tx.find(OUTBOX, {"topic": UPLOAD, "message": id})
    for row in waiting:
        work.tx.update(OUTBOX, (row["id"],), {"due": work.at}, expect=row["rev"])
    if not waiting:
        outbox.put(work.tx, UPLOAD, id, {"campaign": campaign, "upload": id}, due=work.at)


def _response(work: Work, response: Response, goes: Goes) -> Response:
    survey = survey_version(work, response.survey, response.version)
    if survey is None:
        blank: dict[str, Any] = {"answers": {}, "hidden": {}, "calculated": {}, "prefilled": {}}
        return attrs.evolve(response, **blank) if goes("") else response
    answers = _answers(survey, response.answers, goes)
    whole = answers.keys() == response.answers.keys()
    told = frozenset[str]() if whole else personal_numbers(survey)
    return attrs.evolve(
        response,
        answers=answers,
        hidden=_answers(survey, response.hidden, goes),
        calculated={id: n for id, n in response.calculated.items() if id not in told},
        prefilled=_answers(survey, response.prefilled, goes),
    )


def _answers(survey: Survey, given: Mapping[str, Any], goes: Goes) -> dict[str, Any]:
    stays = set(public(survey, given))
    for one in survey.questions:
        if not goes(one.personal.category if one.personal else ""):
            stays |= {one.id, one.other_key}
    return {key: answer for key, answer in given.items() if key in stays}


def _without(value: Any, fields: tuple[str, ...]) -> Any:
    known: Any = attrs.fields_dict(value.__class__)
    defaults = {name: known[name].default for name in fields}
    blank = {name: "" if one is attrs.NOTHING else one for name, one in defaults.items()}
    return attrs.evolve(value, **blank)


def _priors(work: Work, user: str, _: tuple[str, ...]) -> Iterator[Any]:
    # An address alone may be that of a colleague, whose prize it was.
    yield from (prior for prior, route in priors_of(work, user) if route != "address")


def _match_keys(work: Work, user: str, _: tuple[str, ...]) -> Iterator[Row]:
    yield from work.rows(MATCH_KEYS, {"kind": "user", "owner": user})


def _lines(table: Table) -> Callable[[Work, str, tuple[str, ...]], Iterator[Row]]:
    def find(work: Work, user: str, campaigns: tuple[str, ...]) -> Iterator[Row]:
        for campaign in campaigns:
            yield from work.rows(table, {"campaign": campaign, "account": holder(user)})

    return find


def _letters(table: Table) -> Callable[[Work, str, tuple[str, ...]], Iterator[Row]]:
    def find(work: Work, user: str, campaigns: tuple[str, ...]) -> Iterator[Row]:
        for row in outbox.each(work.tx, table):
            if row["topic"] == "notice":
                campaign, _, recipient, _ = row["payload"]["key"]
                if recipient == user and campaign in campaigns:
                    yield row

    return find


def _requests(work: Work, user: str, _: tuple[str, ...]) -> Iterator[Row]:
    names = {user, *_subjects(work, user)}
    for row in work.rows(REQUESTS, {}):
        sealed, where = row["result"], place_of(REQUESTS.name, [row["key"]])
        result = None if sealed is None else work.sealing.open(sealed, at=where)
        if _told(result, names):
            yield row


def _told(data: Any, names: Collection[str]) -> bool:
    if is_table(data):
        return any(_told(one, names) for one in data.values())
    if is_list(data):
        return any(_told(one, names) for one in data)
    return isinstance(data, str) and data in names


def _subjects(work: Work, user: str) -> set[str]:
    """Return what he is called where users and earlier participations are told apart."""
    priors = (subject_of("prior", prior.id) for prior in _priors(work, user, ()))
    return {subject_of("user", user), *priors}


def _merges(work: Work, user: str, _: tuple[str, ...]) -> Iterator[Any]:
    # Who went on as him is the same person: what is kept of both goes.
    for side in ("user", "into"):
        yield from work.each(MERGES, {side: user})


def _decisions(work: Work, user: str, _: tuple[str, ...]) -> Iterator[Any]:
    yield from _decided(work, _subjects(work, user))


def _decided(work: Work, subjects: Collection[str]) -> Iterator[Decision]:
    for one in work.each(RESEMBLANCE_DECISIONS, {}):
        if one.one in subjects or one.other in subjects:
            yield one


def _attempts(work: Work, user: str, _: tuple[str, ...]) -> Iterator[Row]:
    # Whom it links to is not sealed: no attempt has to be opened.
    for row in work.rows(ATTEMPTS.table, {}):
        if row["body"].get("link") == user:
            yield row


def _snapshots(work: Work, user: str, _: tuple[str, ...]) -> Iterator[Row]:
    for one in work.each(SEGMENT_SNAPSHOTS, {}):
        if user in one.members:
            yield {"segment": one.segment, "name": one.name, "at": one.at}


def _key(work: Work, user: str, _: tuple[str, ...]) -> Iterator[Row]:
    row = work.tx.get(SUBJECT_KEYS, (subject_of("user", user),))
    if row is not None and row["forgotten_at"] is None:
        yield row


_SPECIAL: Mapping[str, Callable[[Work, str, tuple[str, ...]], Iterator[Any]]] = {
    "priors": _priors,
    "match_keys": _match_keys,
    "merges": _merges,
    "resemblance_decisions": _decisions,
    "segment_snapshots": _snapshots,
    "login_attempts": _attempts,
    "postings": _lines(BY_NAME["postings"]),
    "balances": _lines(BY_NAME["balances"]),
    "outbox": _letters(OUTBOX),
    "dead_letters": _letters(DEAD),
    "requests": _requests,
    "subject_keys": _key,
}

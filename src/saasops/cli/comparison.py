"""Count what came out of a rehearsal, in the shape of expected.json, and compare the two.

What should come out is read from the folder's own file; nothing here knows it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs

from saasops.app.imports import ImportReport
from saasops.campaigns.channels import STEPS, percent, rates, totals
from saasops.campaigns.participants import Participant, final_state
from saasops.campaigns.report import Standing, funnel
from saasops.cli.rehearsal import Rehearsal
from saasops.clock import day_of, monday_of
from saasops.money import Money
from saasops.scheduling.assistants import Absence
from saasops.scheduling.bookings import Move
from saasops.scheduling.capacity import limit_on
from saasops.scheduling.outcomes import Outcome
from saasops.serial import is_list, is_table
from saasops.surveys.analysis import nps
from saasops.versions.releases import Release

_FILES = {"confirmed": "booked", "served": "done"}  # as the files call states
NOT_COVERED = {
    "usage": "comes with the metrics",
    "contracts": "comes with the metrics",
    "rows.usage_events": "comes with the metrics",
    "rows.contracts": "comes with the metrics",
}
"""Parts of expected.json that nothing here counts yet, and why."""


@attrs.frozen(kw_only=True)
class Figure:
    """One expected figure and what came out; *outcome* is equal, different or not covered."""

    path: str
    expected: Any
    actual: Any
    outcome: str


def compare(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Compare every leaf of *expected*, and find leaves of *actual* that nobody expects."""
    wanted, found = dict(_leaves(expected)), dict(_leaves(actual))
    wanted = {path: value for path, value in wanted.items() if not path.startswith("_")}
    figures = [_figure(path, wanted[path], found) for path in wanted]
    more = [path for path in found if path not in wanted and path.split(".")[0] in expected]
    figures += [
        Figure(path=path, expected=None, actual=found[path], outcome="different") for path in more
    ]
    return tuple(figures)


def _figure(path: str, expected: Any, found: Mapping[str, Any]) -> Figure:
    actual = found.get(path)
    if path not in found and any(
        path == name or path.startswith(f"{name}.") for name in NOT_COVERED
    ):
        outcome = "not covered"
    else:
        outcome = "equal" if path in found and expected == actual else "different"
    return Figure(path=path, expected=expected, actual=actual, outcome=outcome)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if is_table(value) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def figures(play: Rehearsal, expected: Mapping[str, Any]) -> dict[str, Any]:
    """Count everything. Of *expected* only the version texts to be read are taken."""
    standing = play.campaign.reports.standing()
    people = {one.user: one for one in standing.participants}
    texts = expected.get("versions", {}).get("forms", {})
    absences = [one for one in play.absences() if one.kind == "unexpected"]
    counted: dict[str, Any] = {
        "rules": _rules(play),
        "rows": _rows(play, standing),
        "slots": {slot.id: [slot.opens, slot.closes] for slot in play.campaign.schedule.slots()},
        "survey": _survey(play, standing),
        "versions": _versions(play, standing, texts),
        "downloads": _downloads(play),
        "bookings": _bookings(standing, absences),
        "outcomes": _outcomes(play, standing),
        "threads": _threads(play, people),
        "january": _january(play, people),
        "rewards": _rewards(play, standing, people),
        "funnel": _funnel(standing, play),
        "channel_funnel": _channels(play),
    }
    return {name: _plain(section) for name, section in counted.items()}


def _rules(play: Rehearsal) -> dict[str, Any]:
    campaign, rewards = play.definition, play.definition.rewards
    assistants = play.assistants()
    busy = [rule for rule in campaign.capacity_rules if rule.busy]
    figures: dict[str, Any] = {}
    for rule in busy:
        assert rule.opens is not None
        assert rule.closes is not None
        name = f"limit_a_day_{rule.team}_{rule.opens}_to_{rule.closes.day}"
        figures[name] = _limit(play, assistants, rule.team, rule.opens)
    for team in sorted({one.team for one in assistants}):
        later = "_later" if team in {rule.team for rule in busy} else ""
        figures[f"limit_a_day_{team}{later}"] = _limit(play, assistants, team, campaign.closes)
    completed = [rule for rule in rewards.rules if rule.thing == rewards.completed]
    figures["points_each"] = sum(rule.points for rule in completed)
    for prize in (rewards.prize(rule.prize) for rule in completed if rule.prize):
        if prize.cost:
            figures[f"{prize.id}_cny"] = str(prize.cost)
    figures["shipping_cny"] = str(rewards.shipping)
    return figures


def _limit(play: Rehearsal, assistants: Iterable[Any], team: str | None, day: date) -> int:
    limits = (
        limit_on(one, day, play.definition.capacity_rules) for one in assistants if one.team == team
    )
    return max(limit[0] for limit in limits if limit is not None)


def _rows(play: Rehearsal, standing: Standing) -> dict[str, int]:
    posts = play.posts()
    return {
        "users": play.reports["users"].rows,
        "downloads": sum(play.ops.versions.download_counts()["product"].values()),
        "outcomes": len(standing.outcomes),
        "posts": sum(post.parent is None for post in posts),
        "replies": sum(post.parent is not None for post in posts),
        "survey_export": play.reports["responses"].rows,
    }


def _survey(play: Rehearsal, standing: Standing) -> dict[str, Any]:
    report, campaign = play.reports["responses"], play.campaign
    answered = [one for one in standing.participants if one.answered_at is not None]
    right = {*report.accepted, *report.changed, *report.unchanged}
    refused = _by_reason(report)
    scores = nps(standing.scores.values())
    counted = campaign.survey.counts()
    closed = [q.id for q in play.definition.survey.questions if q.options]
    wishes = Counter(one.wish for one in answered)
    given = [campaign.survey.response(one.user) for one in answered]
    return {
        "export_rows": report.rows,
        "export_people_accepted": len(right),
        "refused_rows_by_reason": refused,
        "refused_total": sum(map(len, refused.values())),
        "superseded_rows": list(report.superseded),
        "repaired_rows": list(report.repaired),
        "site_answers": play.site_answers,
        "answered_both_ways_with_the_same_content": len(play.both_ways(right)),
        "people_with_a_valid_answer": len(answered),
        "wishes_by_slot": {
            slot.id: wishes[slot.id] for slot in campaign.schedule.slots() if wishes[slot.id]
        },
        **{name: _some(counted[name]) for name in closed},
        "hazards_per_person": Counter(str(len(one.risk.hazards)) for one in answered if one.risk),
        "addresses_to_ask_for": sum("address" in one.answers for one in given if one),
        "nps": {
            "answers": scores.answers,
            "promoters": scores.promoters,
            "detractors": scores.detractors,
            "score": scores.score,
        },
    }


def _by_reason(report: ImportReport) -> dict[str, list[int]]:
    reasons: dict[str, list[int]] = {}
    for problem in report.problems:
        reason = problem.code.rpartition(".")[2].replace("_", "-")
        reasons.setdefault(reason, []).append(problem.context["row"])
    return {reason: sorted(set(rows)) for reason, rows in sorted(reasons.items())}


def _some(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: number for name, number in counts.items() if number}


def _versions(play: Rehearsal, standing: Standing, texts: Iterable[str]) -> dict[str, Any]:
    product = play.definition.product
    releases = play.ops.versions.releases(product)

    def read(text: str) -> str | None:
        found = releases.recognise(product, text)
        return found.name if isinstance(found, Release) else None

    answered = [one for one in standing.participants if one.answered_at is not None]
    pairs = Counter(
        f"{_claim(one, 'recorded')} > {_claim(one, 'self-reported')}" for one in answered
    )
    return {
        "forms": {text: read(text) for text in texts},
        "guess_and_self_reported": pairs,
        "upgraders": sum(one.kind == "upgrader" for one in answered),
        "new_installations": sum(one.kind == "new" for one in answered),
    }


def _claim(participant: Participant, provenance: str) -> str:
    return next(c.value for c in participant.claims if c.provenance == provenance)


def _downloads(play: Rehearsal) -> dict[str, Any]:
    counted, product = play.ops.versions.download_counts(), play.definition.product
    return {
        "by_product": counted["product"],
        "by_channel": counted["channel"],
        "by_utm_source_in_lower_case": counted["utm_source"],
        f"of_{product}_by_release": counted[f"release of {product}"],
    }


def _bookings(standing: Standing, absences: Iterable[Absence]) -> dict[str, Any]:
    booked = list(standing.bookings.values())
    hit = moved = 0
    for absence in absences:
        for booking in booked:
            before = [move for move in booking.moves if move.at < absence.known_at]
            if before and _planned(before[-1], absence):
                hit += 1
                moved += any(move.at == absence.known_at for move in booking.moves)
    return {
        "booked": len(booked),
        "booked_by_slot": Counter(booking.slot for booking in booked),
        "wish_refused_for_lack_of_room": Counter(
            booking.wished for booking in booked if booking.wished != booking.slot
        ),
        "planned_on_the_unexpected_absence": hit,
        "fewest_changes_of_the_replan": moved,
    }


def _planned(move: Move, absence: Absence) -> bool:
    return (
        move.state == "confirmed"
        and move.assistant == absence.assistant
        and absence.covers(move.day)
    )


def _outcomes(play: Rehearsal, standing: Standing) -> dict[str, Any]:
    target, zone = play.definition.target, play.definition.where
    attempts: dict[str, list[Outcome]] = {}
    for outcome in sorted(standing.outcomes, key=lambda one: one.attempt):
        attempts.setdefault(outcome.user, []).append(outcome)
    paths = Counter(tuple(one.result for one in tries) for tries in attempts.values())
    reached = [
        one
        for one in standing.outcomes
        if one.result == "succeeded" and one.version_reached == target
    ]
    states = Counter(
        _FILES.get(state := final_state(one, standing.bookings.get(one.user)), state)
        for one in standing.participants
        if one.answered_at is not None
    )
    return {
        "by_outcome": Counter(one.result for one in standing.outcomes),
        "final_state": states,
        "failed_then_succeeded": paths["failed", "succeeded"],
        "postponed_then_succeeded": paths["postponed", "succeeded"],
        "succeeded_people": sum(
            any(one.result == "succeeded" for one in tries) for tries in attempts.values()
        ),
        f"reached_{target}": len({one.user for one in reached}),
        f"reached_{target}_by_assistant": Counter(one.assistant for one in reached),
        f"reached_{target}_by_week": Counter(
            monday_of(day_of(one.reported_at, zone)) for one in reached
        ),
        "reminder_recipients_monday_9_00": _reminders(play),
    }


def _reminders(play: Rehearsal) -> dict[str, dict[str, int]]:
    weeks: dict[str, dict[str, int]] = {}
    for (rule, occurrence, stage), number in sorted(play.campaign.notices.counts().items()):
        if rule == "reminder":
            week = weeks.setdefault(occurrence, {"not_upgraded": 0, "with_mail": 0})
            week["not_upgraded"] += number
            week["with_mail"] += number if stage == "sent" else 0
    return weeks


def _threads(play: Rehearsal, people: Mapping[str, Participant]) -> dict[str, Any]:
    posts = play.campaign.threads.check_ins()
    accepted = [post for post in posts if post.verdict == "accepted"]
    authors = {post.author for post in accepted}
    pushes = play.campaign.notices.counts()
    return {
        "check_in_posts": len(posts),
        "check_ins_accepted": len(accepted),
        "check_ins_refused": Counter(post.reason for post in posts if post.verdict == "refused"),
        "people_with_accepted_check_in": sum(
            one.checked_in_at is not None for one in people.values()
        ),
        "second_check_ins_of_the_same_person": len(accepted) - len(authors),
        "pushes_to_authors": sum(
            number
            for (rule, _, stage), number in pushes.items()
            if (rule, stage) == ("reply", "sent")
        ),
    }


def _january(play: Rehearsal, people: Mapping[str, Participant]) -> dict[str, Any]:
    matches = play.ops.people.prior_matches()
    withheld = sorted(user for user, one in people.items() if one.withheld is not None)
    return {
        "entries": play.reports["priors"].rows,
        "entries_found_again": len(matches),
        "found_by": Counter(route for _, _, route in matches),
        "found_and_taking_part": sum(
            people[user].answered_at is not None for _, user, _ in matches if user in people
        ),
        f"already_rewarded_for_upgrade_{play.definition.target}_with_accepted_check_in": len(
            withheld
        ),
        "users_blocked": withheld,
    }


def _rewards(
    play: Rehearsal, standing: Standing, people: Mapping[str, Participant]
) -> dict[str, Any]:
    rewards, stock = play.definition.rewards, play.campaign.rewards.stock()
    main = next(rule for rule in rewards.rules if rule.thing == rewards.completed)
    given = [grant for grant in standing.grants if grant.rule == main.id]
    kinds = Counter(people[grant.user].kind for grant in given)
    checked = [one for one in people.values() if one.checked_in_at is not None]
    used, limit = stock[f"stock/{main.prize}"]
    figures: dict[str, Any] = {
        f"reached_{play.definition.target}_with_check_in_before_the_january_check": len(checked),
        "upgraded_with_check_in": len(given),
        "upgraded_with_check_in_upgraders": kinds["upgrader"],
        "upgraded_with_check_in_new_installations": kinds["new"],
        "points": play.campaign.rewards.points_given(),
        f"{main.prize}_and_shipping_cny": str(
            Money.of_minor(stock["budget"][0], rewards.currency).amount
        ),
        "shipping_cny": str(Money.of(rewards.shipping, rewards.currency).amount * used),
        f"{main.prize}s_left_of_{limit}": limit - used,
        "to_ship_by_week_of_verification": Counter(grant.week for grant in given if grant.prize),
    }
    for rule in rewards.rules:
        last = max(
            (grant for grant in standing.grants if grant.rule == rule.id and rule.first),
            key=lambda grant: grant.granted_at,
            default=None,
        )
        if last is not None and rule.prize is not None:
            name = rule.prize.replace("-", "_")
            figures[f"{name}_last_verified_at"] = last.granted_at.astimezone(play.offset)
            figures[f"{name}_last_user"] = last.user
    return figures


def _funnel(standing: Standing, play: Rehearsal) -> dict[str, int]:
    counts = funnel(standing.participants, at=play.clock.at)
    return {("rewarded_and_shipped" if k == "shipped" else k): n for k, n in counts.items()}


def _channels(play: Rehearsal) -> dict[str, Any]:
    counts = play.campaign.reports.channel_counts()
    sums = totals(counts)
    audience: dict[str, int] = {}
    for one in counts:
        audience[one.channel] = audience.get(one.channel, 0) + one.audience
    return {
        "audience": audience,
        "chat_groups": sum(one.channel == "chat-group" for one in counts),
        **{step: sums[step] for step in STEPS[1:]},
        "rates_percent": list(rates(sums)),
        "overall_percent": percent(sums[STEPS[-1]], sums[STEPS[0]]),
    }


def _plain(value: Any) -> Any:
    """Turn counted values into what JSON holds."""
    if is_table(value):
        return {str(key): _plain(value[key]) for key in sorted(value, key=str)}
    if is_list(value):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return str(value)
    return float(value) if isinstance(value, Decimal) else value

"""`saasops plan whatif`: how many assistants are needed, and what a change would bring."""

from datetime import date
from functools import partial
from typing import Annotated

import attrs
import typer

from saasops import serial
from saasops.cli.options import SETTINGS, ConfigOption, JsonOption, LocaleOption, day
from saasops.cli.settings import read_settings, the_campaign
from saasops.cli.terminal import terminal
from saasops.errors import NotFound, Refused
from saasops.figures import Section, column
from saasops.scheduling import forecast
from saasops.scheduling.planner.instance import Availability, Instance
from saasops.scheduling.variants import with_more
from saasops.solvers.solving import solve
from saasops.values import both

_SEED = 20200203
_plan = partial(solve, balance=False)


def whatif(
    id: Annotated[str | None, typer.Argument(help="Not needed if there is one.")] = None,
    *,
    by: Annotated[
        date | None, typer.Option(parser=day, help="How many to serve everybody by this day?")
    ] = None,
    more: Annotated[int, typer.Option(min=0, help="What would so many more serve?")] = 0,
    like: Annotated[str | None, typer.Option(help="Those added work like this assistant.")] = None,
    without: Annotated[str | None, typer.Option(help="What if this assistant were away?")] = None,
    curve: Annotated[int, typer.Option(min=0, help="Served against staff, up to so many.")] = 0,
    weeks: Annotated[bool, typer.Option("--weeks", help="How few would do, by week?")] = False,
    runs: Annotated[int, typer.Option("--simulate", min=0, help="Play so many arrivals.")] = 0,
    no_show: Annotated[float, typer.Option(min=0, max=1, help="Share of who does not come.")] = 0.1,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask what would be; nothing is changed. Without a question: where it will be full."""
    with terminal(locale, as_json=as_json) as shown:
        with read_settings(config).open() as ops:
            instance = ops.campaign(the_campaign(ops, id)).plan.instance()
        pattern = _named(instance, like) if like else None
        result: dict[str, object] = {}
        if by is not None:
            with shown.progress() as told:
                needed = forecast.staff_needed(
                    instance, by=by, like=pattern, plan=_plan, progress=told
                )
            result["needed"] = serial.dump(needed)
            shown.say(
                both(
                    "{added} more assistants would serve {served} people by {by}; "
                    "{beyond} cannot be served by any number.",
                    "再增加 {added} 名助手，可在 {by} 前服务 {served} 人；"
                    "另有 {beyond} 人无论增加多少都无法安排。",
                ),
                added=needed.added,
                served=needed.served,
                by=needed.by,
                beyond=len(needed.beyond),
            )
        if more or without:
            changed = _changed(instance, more=more, like=pattern, without=without)
            found = forecast.effect(instance, changed, plan=_plan)
            result["effect"] = {**serial.dump(found), "gained": found.gained}
            shown.show(_effect(found))
        if curve:
            with shown.progress() as told:
                points = forecast.curve(instance, curve, like=pattern, plan=_plan, progress=told)
            result["curve"] = [serial.dump(one) for one in points]
            shown.show(_curve(points))
        if weeks:
            with shown.progress() as told:
                staffed = forecast.minimal_staffing(
                    instance, like=pattern, plan=_plan, progress=told
                )
            result["weeks"] = [serial.dump(one) for one in staffed]
            shown.show(_weeks(staffed))
        if runs:
            with shown.progress() as told:
                played = _simulated(instance, runs=runs, no_show=no_show, told=told)
            result["simulated"] = serial.dump(played)
            shown.show(_spread(played))
        if not result:
            full = forecast.full_days(instance, plan=_plan)
            result["full"] = [serial.dump(one) for one in full]
            shown.show(_full(full))
        shown.result(result)


def _named(instance: Instance, assistant: str) -> Availability:
    for one in instance.availabilities:
        if one.assistant == assistant:
            return one
    raise NotFound("assistant", assistant)


def _changed(
    instance: Instance, *, more: int, like: Availability | None, without: str | None
) -> Instance:
    changed = instance
    if without is not None:
        away = _named(instance, without)
        left = tuple(one for one in instance.availabilities if one is not away)
        requests = tuple(
            attrs.evolve(one, seat=None, pin="free")
            if one.seat is not None and one.seat.assistant == without
            else one
            for one in instance.requests
        )
        changed = attrs.evolve(instance, availabilities=left, requests=requests)
    if more:
        if not instance.availabilities:
            raise Refused("forecast.no_days", by="-")
        pattern = like or max(instance.availabilities, key=lambda one: sum(one.caps.values()))
        changed = with_more(changed, pattern, more)
    return changed


def _simulated(
    instance: Instance, *, runs: int, no_show: float, told: forecast.Progress
) -> forecast.Simulated:
    """Let those who have no place yet arrive in a new order each time."""
    waiting = [one for one in instance.requests if one.seat is None]
    seated = tuple(one for one in instance.requests if one.seat is not None)
    return forecast.simulate(
        attrs.evolve(instance, requests=seated),
        lambda chance: chance.sample(waiting, len(waiting)),
        no_show_share=no_show,
        seed=_SEED,
        runs=runs,
        progress=told,
    )


def _effect(found: forecast.Effect) -> Section:
    priorities = sorted({*found.served_before, *found.unserved_before})
    return Section(
        id="effect",
        title=both("Effect", "影响"),
        columns=(
            column("priority", both("priority", "优先级")),
            column("before", both("served now", "目前可服务"), "count"),
            column("after", both("served then", "变更后可服务"), "count"),
            column("left", both("left out then", "变更后未安排"), "count"),
        ),
        rows=tuple(
            (
                str(one),
                found.served_before.get(one, 0),
                found.served_after.get(one, 0),
                found.unserved_after.get(one, 0),
            )
            for one in priorities
        ),
    )


def _curve(points: tuple[forecast.Point, ...]) -> Section:
    return Section(
        id="curve",
        title=both("Served against staff", "人手与可服务人数"),
        columns=(
            column("added", both("assistants added", "增加助手"), "count"),
            column("places", both("places", "名额"), "count"),
            column("served", both("served", "可服务"), "count"),
            column("unserved", both("left out", "未安排"), "count"),
        ),
        rows=tuple((one.added, one.places, one.served, one.unserved) for one in points),
    )


def _weeks(staffed: tuple[forecast.StaffedWeek, ...]) -> Section:
    return Section(
        id="weeks",
        title=both("Fewest assistants by week", "每周最少人手"),
        columns=(
            column("monday", both("week from", "周（起）"), "date"),
            column("requests", both("people", "人数"), "count"),
            column("needed", both("needed", "所需助手"), "count"),
            column("present", both("present", "在岗助手"), "count"),
        ),
        rows=tuple((one.monday, one.requests, one.needed, one.present) for one in staffed),
    )


def _spread(played: forecast.Simulated) -> Section:
    names = {
        "served": both("served", "服务"),
        "missed": both("did not come", "未到"),
        "refused": both("found no place", "未约到"),
        "utilisation": both("per mille of the room used", "名额使用率（‰）"),
    }
    return Section(
        id="simulated",
        title=both("Simulated arrivals", "模拟到达"),
        columns=(
            column("figure", both("figure", "指标")),
            column("low", both("a tenth below", "10% 低于"), "count"),
            column("middle", both("middle", "中位"), "count"),
            column("high", both("a tenth above", "10% 高于"), "count"),
        ),
        rows=tuple(
            (names[name], spread.low, spread.middle, spread.high)
            for name in names
            for spread in (getattr(played, name),)
        ),
    )


def _full(full: tuple[forecast.FullDay, ...]) -> Section:
    return Section(
        id="full",
        title=both("Full days, if everybody who waits got a place", "全部安排后将满的日期"),
        columns=(
            column("day", both("day", "日期"), "date"),
            column("label", both("team or skill", "组或技能")),
            column("load", both("visits", "已用"), "count"),
            column("cap", both("room", "名额"), "count"),
        ),
        rows=tuple((one.day, one.label or both("all", "全部"), one.load, one.cap) for one in full),
    )

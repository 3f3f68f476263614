"""`saasops campaign`: check a definition, put it to work, look at it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from saasops.app.campaigns import Campaigns
from saasops.app.definitions import read_campaign
from saasops.app.ops import SaasOps
from saasops.campaigns.definition import Campaign, advise, slots_of
from saasops.campaigns.participants import STAGES
from saasops.cli.options import SETTINGS, ConfigOption, JsonOption, LocaleOption
from saasops.cli.settings import read_settings, the_campaign
from saasops.cli.terminal import Terminal, terminal
from saasops.errors import Invalid, NotFound
from saasops.figures import Section, column
from saasops.serial import dump
from saasops.values import both

app = typer.Typer(help="Check a definition, put it to work, look at it.", no_args_is_help=True)
FileArgument = Annotated[Path, typer.Argument(help="A campaign.toml.")]


@app.command()
def check(file: FileArgument, *, locale: LocaleOption = None, as_json: JsonOption = False) -> None:
    """Check a definition as a whole, and name the key of everything that is wrong."""
    with terminal(locale, as_json=as_json) as shown:
        try:
            campaign = read_campaign(file)
        except Invalid as error:
            wrong = [shown.problem(one) for one in error.problems]
            shown.result({"file": file.name, "campaign": None, "problems": wrong})
            shown.say(
                both("{file}: {count} problem(s)", "{file}：有 {count} 处问题"),
                file=file.name,
                count=len(wrong),
            )
            shown.list_problems(error.problems)
            raise typer.Exit(1) from None
        advice = advise(campaign)
        told = [shown.problem(one) for one in advice]
        shown.result({"file": file.name, "campaign": campaign.id, "problems": [], "advice": told})
        shown.say(both("{file} is right.", "{file} 没有问题。"), file=file.name)
        if all(one.code != "calendar.unknown" for one in advice):
            _describe(shown, campaign, slots=len(slots_of(campaign)))
        shown.list_problems(advice)


@app.command()
def launch(
    file: FileArgument,
    *,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a campaign to work, or change the one that runs; again changes nothing."""
    with terminal(locale, as_json=as_json) as shown:
        settings, campaign = read_settings(config), read_campaign(file)
        with settings.open() as ops:
            before = _running(ops, campaign.id)
            handle = ops.launch(campaign)
            slots, advice = handle.schedule.slots(), handle.advice()
        result = "launched" if before is None else "amended"
        if before == campaign:
            result = "unchanged"
        words = {
            "launched": both("{id} runs now.", "{id} 已启动。"),
            "amended": both("{id} runs on as changed.", "{id} 已按新定义继续运行。"),
            "unchanged": both("{id} runs already, just so.", "{id} 已在运行，没有变化。"),
        }
        told = [shown.problem(one) for one in advice]
        shown.result({"campaign": campaign.id, "result": result, "advice": told})
        shown.say(words[result], id=campaign.id)
        _describe(shown, campaign, slots=len(slots))
        shown.list_problems(advice)


@app.command()
def show(
    id: Annotated[str | None, typer.Argument(help="Not needed if there is one.")] = None,
    *,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a campaign: its slots with their load, its rules, how far its people are."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        handle = ops.campaign(the_campaign(ops, id))
        campaign, slots = handle.definition(), _slots(handle)
        rules, funnel = _rules(campaign), handle.reports.weekly().section("funnel")
        shown.result(
            {
                "campaign": campaign.id,
                "opens": str(campaign.opens),
                "closes": str(campaign.closes),
                "target": f"{campaign.product} {campaign.target}",
                **{one.id: _plain(one) for one in (slots, rules)},
                "advice": [shown.problem(one) for one in handle.advice()],
                "stages": dict(zip(STAGES, (row[1] for row in funnel.rows), strict=True)),
            }
        )
        _describe(shown, campaign, slots=len(slots.rows))
        shown.list_problems(handle.advice())
        for section in (slots, rules, funnel):
            shown.show(section)


def _running(ops: SaasOps, id: str) -> Campaign | None:
    try:
        return ops.campaign(id).definition()
    except NotFound:
        return None


def _describe(shown: Terminal, campaign: Campaign, *, slots: int) -> None:
    shown.say(
        both(
            "{id}: {title}, {opens} to {closes}, {slots} slots, goal {goal}",
            "{id}：{title}，{opens} 至 {closes}，{slots} 个时段，目标 {goal} 人",
        ),
        id=campaign.id,
        title=campaign.title.to(shown.locale),
        opens=campaign.opens,
        closes=campaign.closes,
        slots=slots,
        goal=campaign.goal.participants,
    )


def _slots(handle: Campaigns) -> Section:
    load: dict[str, list[int]] = {}
    for place, used in handle.schedule.load():
        sums = load.setdefault(place.slot, [0, 0])
        sums[0] += used
        sums[1] += place.cap
    rows: list[tuple[Any, ...]] = []
    for slot in handle.schedule.slots():
        used, places = load.get(slot.id, [0, 0])
        rows.append((slot.id, slot.opens, slot.closes, used, places, places - used))
    return Section(
        id="slots",
        title=both("Slots", "时段"),
        columns=(
            column("slot", both("slot", "时段")),
            column("opens", both("first day", "首日"), "date"),
            column("closes", both("last day", "末日"), "date"),
            column("booked", both("booked", "已约"), "count"),
            column("places", both("places", "名额"), "count"),
            column("free", both("free", "余量"), "count"),
        ),
        rows=tuple(rows),
    )


def _rules(campaign: Campaign) -> Section:
    return Section(
        id="rules",
        title=both("Capacity rules", "容量规则"),
        columns=(
            column("rule", both("rule", "规则")),
            column("scope", both("limit for each", "限制对象")),
            column("team", both("team", "组")),
            column("opens", both("first day", "首日"), "date"),
            column("closes", both("last day", "末日"), "date"),
            column("limit", both("limit", "上限"), "count"),
        ),
        rows=tuple(
            (one.id, one.scope, one.team, one.opens, one.closes, one.limit)
            for one in campaign.capacity_rules
        ),
    )


def _plain(section: Section) -> list[dict[str, Any]]:
    names = [one.id for one in section.columns]
    return [dict(zip(names, map(dump, row), strict=True)) for row in section.rows]

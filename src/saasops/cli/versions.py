"""`saasops versions`: releases and their support, upgrade paths, readiness, who is on what."""

import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import attrs
import typer

from saasops import serial
from saasops.app.files import MOST_BYTES, read_table
from saasops.app.ops import SaasOps
from saasops.cli.imports import tell
from saasops.cli.options import SETTINGS, ConfigOption, JsonOption, LocaleOption, day
from saasops.cli.settings import read_settings, read_toml
from saasops.cli.terminal import Terminal, terminal
from saasops.cli.version_tables import counts, installations, releases, steps, verdicts
from saasops.clock import day_of, zone
from saasops.errors import Invalid, NotFound, Problem
from saasops.values import both
from saasops.versions.endoflife import read_json, write_product
from saasops.versions.installed import Standing
from saasops.versions.ordering import by_date
from saasops.versions.readiness import Fact, Requirements
from saasops.versions.releases import Release, Releases
from saasops.versions.upgrades import NoWay

app = typer.Typer(help="Releases, upgrade paths, readiness, who is on what.", no_args_is_help=True)
T = TypeVar("T")


class Key(StrEnum):
    """By what releases are sorted."""

    VERSION = "version"
    DATE = "date"


class PhaseChoice(StrEnum):
    """How what a user runs may stand."""

    SUPPORTED = "supported"
    SECURITY = "security"
    ENDING = "ending"
    EXTENDED = "extended"
    ENDED = "ended"
    UNKNOWN = "unknown"
    NONE = "none"
    UNRECOGNISED = "unrecognised"


_STANDING: dict[PhaseChoice, Standing] = {
    PhaseChoice.SUPPORTED: "supported",
    PhaseChoice.SECURITY: "security",
    PhaseChoice.ENDING: "ending",
    PhaseChoice.EXTENDED: "extended",
    PhaseChoice.ENDED: "ended",
    PhaseChoice.UNKNOWN: "unknown",
    PhaseChoice.NONE: "none",
    PhaseChoice.UNRECOGNISED: "unrecognised",
}


@attrs.frozen(kw_only=True)
class Facts:
    """What is known of an installation, as a file gives it."""

    facts: tuple[Fact, ...]


ProductArgument = Annotated[str, typer.Argument(metavar="PRODUCT", help="The product.")]
FromArgument = Annotated[str, typer.Argument(metavar="FROM", help="The release that runs.")]
ToArgument = Annotated[str, typer.Argument(metavar="TO", help="The release that is wanted.")]
OnOption = Annotated[
    date | None, typer.Option("--on", parser=day, metavar="DATE", help="The day; today.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Check everything and keep nothing.")]
LimitOption = Annotated[int, typer.Option(min=1, help="At most so many.")]


@app.command("list")
def list_(
    product: ProductArgument,
    *,
    on: OnOption = None,
    by: Annotated[Key, typer.Option(help="In the order of versions or of dates.")] = Key.VERSION,
    limit: LimitOption = 1000,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the releases of a product, oldest first, and how each is supported on a day."""
    with terminal(locale, as_json=as_json) as shown:
        with read_settings(config).open() as ops:
            known, today = _released(ops, product), _today(ops, on)
        listed: tuple[Release, ...] = known.of(product)
        if by is Key.DATE:
            order = by_date(
                listed,
                scheme=known.scheme(product),
                text=lambda one: one.name,
                when=lambda one: one.released_on,
            )
            listed = (*order.ordered, *order.undated)
        listed = listed[:limit]
        plain = write_product(product, listed, on=today)["result"]["releases"]
        told = [
            {**one, "phase": release.phase(on=today)}
            for one, release in zip(plain, listed, strict=True)
        ]
        shown.result({"product": product, "on": today.isoformat(), "releases": told})
        shown.show(releases(product, listed, on=today))


@app.command()
def path(
    product: ProductArgument,
    from_: FromArgument,
    to: ToArgument,
    *,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the shortest legal way between two releases, and who allows each step.

    Exits with 1 if there is none, and names the nearest releases from which there is one.
    """
    with terminal(locale, as_json=as_json) as shown:
        with read_settings(config).open() as ops:
            way = ops.versions.way(product, from_=from_, to=to)
        nearest = way.nearest if isinstance(way, NoWay) else ()
        found = () if isinstance(way, NoWay) else way.steps
        shown.result(
            {
                "product": product,
                "from": way.start.name,
                "to": way.goal.name,
                "steps": None
                if isinstance(way, NoWay)
                else [
                    {
                        "from": step.from_.name,
                        "to": step.to.name,
                        "source": step.path.source,
                        "compulsory": step.path.compulsory,
                    }
                    for step in found
                ],
                "nearest": [one.name for one in nearest],
            }
        )
        if isinstance(way, NoWay):
            _no_way(shown, way)
            raise typer.Exit(1)
        shown.show(steps(product, way))


@app.command()
def users(
    product: ProductArgument,
    *,
    on: OnOption = None,
    release: Annotated[str | None, typer.Option(help="Only those on this release.")] = None,
    phase: Annotated[PhaseChoice | None, typer.Option(help="Only those who stand so.")] = None,
    where: Annotated[str, typer.Option("--zone", help="The time zone of the day.")] = "UTC",
    after: Annotated[str, typer.Option(help="From behind this user.")] = "",
    limit: LimitOption = 100,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count who is on what on a day, by release and support phase, and list the users."""
    with terminal(locale, as_json=as_json) as shown:
        try:
            place = zone(where)
        except ValueError:
            raise NotFound("zone", where) from None
        standing = _STANDING[phase] if phase else None
        with read_settings(config).open() as ops:
            census = ops.versions.census(product, on=on, where=place)
            found = ops.versions.users(
                product, on=census.on, where=place, release=release, phase=standing,
                after=after, limit=limit,
            )  # fmt: skip
        shown.result(
            {
                **serial.dump(census),
                "by_release": dict(census.by_release),
                "by_phase": dict(census.by_phase),
                "listed": [serial.dump(one) for one in found],
            }
        )
        shown.show(counts(census))
        shown.show(installations(found), where=where)


@app.command()
def ready(
    product: ProductArgument,
    from_: FromArgument,
    to: ToArgument,
    *,
    facts: Annotated[
        Path | None, typer.Option(help="A TOML file of what is known: [[facts]].")
    ] = None,
    user: Annotated[str | None, typer.Option(help="Whose answers count too.")] = None,
    campaign: Annotated[str | None, typer.Option(help="In which campaign he answered.")] = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go through what has to be ready for each step of an upgrade. Exits with 1 if it is not."""
    with terminal(locale, as_json=as_json) as shown:
        given = read_toml(facts, Facts).facts if facts else ()
        with read_settings(config).open() as ops:
            found = ops.versions.readiness(
                product, from_=from_, to=to, facts=given, user=user, campaign=campaign
            )
        shown.result(
            {
                "verdict": found.verdict,
                "steps": [
                    {
                        "verdict": step.verdict,
                        "items": [
                            {
                                "id": item.requirement.id,
                                "title": item.requirement.title.to(shown.locale),
                                "kind": item.requirement.kind,
                                "state": item.state,
                                "evidence": item.requirement.evidence,
                                "facts": [serial.public(fact) for fact in item.facts],
                                "missing": list(item.missing),
                                "source": item.requirement.source,
                            }
                            for item in step.items
                        ],
                    }
                    for step in found.steps
                ],
                "nearest": [
                    one.name for one in (found.way.nearest if isinstance(found.way, NoWay) else ())
                ],
            }
        )
        if isinstance(found.way, NoWay):
            _no_way(shown, found.way)
        else:
            for one, step in zip(found.way.steps, found.steps, strict=True):
                shown.show(verdicts(one, step))
        if found.verdict != "ready":
            raise typer.Exit(1)


@app.command()
def require(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A TOML file of [[requirements]].")],
    *,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in what has to be ready before upgrades; again changes nothing."""
    with terminal(locale, as_json=as_json) as shown:
        listed = read_toml(file, Requirements).requirements
        with read_settings(config).open() as ops:
            results = {one.id: ops.versions.require(one) for one in listed}
        shown.result({"requirements": results})
        changed = sum(result != "unchanged" for result in results.values())
        words = both(
            "{count} kept, {changed} of them new.", "共 {count} 条，其中 {changed} 条有变化。"
        )
        shown.say(words, count=len(results), changed=changed)


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file of endoflife.date: JSON, CSV or XLSX.")
    ],
    *,
    product: Annotated[
        str | None, typer.Option(help="Whose cycles they are, where the file does not say.")
    ] = None,
    scheme: Annotated[
        str | None, typer.Option(metavar="NAME", help="How the versions are read from now on.")
    ] = None,
    dry_run: DryRunOption = False,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in releases and support dates of endoflife.date; again changes nothing.

    Exits with 1 if a cycle is wrong.
    """
    with terminal(locale, as_json=as_json) as shown:
        settings = read_settings(config)
        if file.suffix.lower() == ".json":
            data = read_json(_text(file))
            with settings.open() as ops:
                report = ops.versions.import_document(
                    data, product=product, scheme=scheme, dry_run=dry_run
                )
        else:
            sheet = read_table(file)
            with settings.open() as ops:
                report = ops.versions.import_cycles(sheet.rows, scheme=scheme, dry_run=dry_run)
            report = attrs.evolve(report, problems=(*sheet.problems, *report.problems))
        tell(shown, report, file)
        if report.problems:
            raise typer.Exit(1)


@app.command()
def export(
    product: ProductArgument,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The JSON file to write.")],
    *,
    on: OnOption = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the releases of a product as endoflife.date does (JSON API v1)."""
    with terminal(locale, as_json=as_json) as shown:
        with read_settings(config).open() as ops:
            listed, today = _released(ops, product).of(product), _today(ops, on)
        written: dict[str, Any] = write_product(product, reversed(listed), on=today)
        out.write_text(json.dumps(written, ensure_ascii=False, indent=1), encoding="utf-8")
        shown.result({"product": product, "file": out.name, "releases": len(listed)})
        words = both("{count} releases are in {name}.", "已将 {count} 个版本写入 {name}。")
        shown.say(words, count=len(listed), name=out.name)


def _released(ops: SaasOps, product: str) -> Releases:
    known: Releases = ops.versions.releases(product)
    if not known.releases:
        raise NotFound("product", product)
    return known


def _today(ops: SaasOps, on: date | None) -> date:
    return on or ops.run(lambda work: day_of(work.at, zone("UTC")), actor=ops.versions.actor)


def _text(file: Path) -> str:
    if not file.is_file():
        raise NotFound("file", file.name)
    if (size := file.stat().st_size) > MOST_BYTES:
        context = {"megabytes": size >> 20, "most": MOST_BYTES >> 20}
        raise Invalid([Problem(file.name, "file.too_large", context)])
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        context = {"line": file.read_bytes()[: error.start].count(b"\n") + 1}
        raise Invalid([Problem(file.name, "file.encoding", context)]) from None


def _no_way(shown: Terminal, way: NoWay) -> None:
    shown.say(
        both(
            "No legal way leads from {start} to {goal}.",
            "没有从 {start} 到 {goal} 的合法升级路径。",
        ),
        start=way.start.name,
        goal=way.goal.name,
    )
    if way.nearest:
        shown.say(
            both("The nearest releases with one: {names}.", "距离最近且可升级的版本：{names}。"),
            names=", ".join(one.name for one in way.nearest),
        )

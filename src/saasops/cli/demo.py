"""`saasops demo`: run a whole campaign from files, and compare what comes out.

How it is run is left to `rehearsal`, what is counted to `comparison`, the folder to
`demo_folder`.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from saasops.campaigns.participants import STAGES
from saasops.cli.comparison import NOT_COVERED, Figure, compare, figures
from saasops.cli.demo_folder import DemoFolder, fingerprint
from saasops.cli.options import JsonOption, LocaleOption
from saasops.cli.rehearsal import Rehearsal
from saasops.cli.terminal import Terminal, terminal
from saasops.errors import NotFound
from saasops.figures import Report, Section, column
from saasops.serial import dump
from saasops.values import both

_FORMATS = {"html": "report.html", "json": "report.json", "csv": "report"}
_OUTCOMES = {
    "equal": both("equal", "一致"),
    "different": both("different", "不一致"),
    "not covered": both("not covered", "未覆盖"),
}


def demo(
    *,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="A folder of files; by default the reference campaign."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Where everything is written.")] = Path(
        "build/demo"
    ),
    locale: LocaleOption = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start afresh even where a run was cut short.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run a whole campaign from files, day by day, and compare what comes out.

    A run that was cut short goes on. Exits with 1 if a figure is not what was expected.
    """
    with terminal(locale, as_json=as_json) as shown:
        source = data or reference_campaign()
        if not source.is_dir():
            raise NotFound("folder", str(source))
        expected = _expected(source)
        folder = DemoFolder(out)
        play = _run(shown, folder, source, fresh=fresh)
        with closing(play.ops):
            report = _report(play)
            counted = figures(play, expected or {})
            problems = len(play.problems)
            for format, name in _FORMATS.items():
                for document in play.ops.render(report, format, locale=shown.locale):
                    several = format == "csv"
                    folder.write(f"{name}/{document.name}" if several else name, document.content)
        compared = compare(expected, counted) if expected is not None else ()
        folder.write_json("figures.json", counted)
        if expected is not None:
            folder.write("expected.json", (source / "expected.json").read_bytes())
            folder.write_json("comparison.json", _written(compared))
        folder.finish(_fingerprint(source))
        _tell(shown, folder, report, compared, problems=problems)
        if any(one.outcome == "different" for one in compared):
            raise typer.Exit(1)


def reference_campaign() -> Path:
    """Return the folder of the shipped campaign: in the package, or in the checkout."""
    package = Path(str(files("saasops")))
    places = (package / "reference_campaign", package.parents[1] / "examples/reference_campaign")
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise NotFound("folder", "reference_campaign")
    return found


def _definition(source: Path) -> Path:
    own = source / "campaign.toml"
    return own if own.is_file() else reference_campaign() / "campaign.toml"


def _fingerprint(source: Path) -> str:
    return fingerprint(dict.fromkeys([source, _definition(source).parent]))


def _expected(source: Path) -> Mapping[str, Any] | None:
    file = source / "expected.json"
    return json.loads(file.read_bytes()) if file.is_file() else None


def _run(shown: Terminal, folder: DemoFolder, source: Path, *, fresh: bool) -> Rehearsal:
    if folder.begin(_fingerprint(source), fresh=fresh):
        shown.say(both("Going on where a run was cut short.", "继续上次中断的运行。"))
    play = Rehearsal.open(
        source,
        definition=_definition(source),
        storage=str(folder.storage),
        notices=folder.notices,
    )

    def monday(week: date) -> None:
        name = f"weekly/{week}.html"
        if not (folder.path / name).exists():
            report = play.campaign.reports.weekly()
            (page,) = play.ops.render(report, "html", locale=shown.locale)
            folder.write(name, page.content)

    try:
        with shown.progress() as told:
            play.play(monday=monday, progress=told)
    except BaseException:
        play.ops.close()
        raise
    return play


def _report(play: Rehearsal) -> Report:
    """Join the last weekly report and the channel funnel."""
    reports = play.campaign.reports
    weekly = reports.weekly()
    return attrs.evolve(weekly, sections=(*weekly.sections, *reports.channels().sections))


def _written(compared: Sequence[Figure]) -> dict[str, Any]:
    counts = Counter(one.outcome for one in compared)
    return {
        **{_key(outcome): counts[outcome] for outcome in _OUTCOMES},
        "figures": [
            {**dump(one), **({"reason": _reason(one)} if one.outcome == "not covered" else {})}
            for one in compared
        ],
    }


def _key(outcome: str) -> str:
    return outcome.replace(" ", "_")


def _reason(figure: Figure) -> str:
    """Return why *figure* is not covered."""
    parts = figure.path.split(".")
    names = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((NOT_COVERED[name] for name in names if name in NOT_COVERED), "")


def _tell(
    shown: Terminal,
    folder: DemoFolder,
    report: Report,
    compared: Sequence[Figure],
    *,
    problems: int,
) -> None:
    by_outcome = {
        outcome: [one for one in compared if one.outcome == outcome] for outcome in _OUTCOMES
    }
    different = by_outcome["different"]
    shown.result(
        {
            "out": str(folder.path),
            "report": str(folder.path / "report.html"),
            "stages": dict(
                zip(STAGES, (row[1] for row in report.section("funnel").rows), strict=True)
            ),
            "problems": problems,
            "comparison": {_key(outcome): len(ones) for outcome, ones in by_outcome.items()},
            "different": [dump(one) for one in different],
        }
    )
    for id in ("funnel", "stock"):
        shown.show(report.section(id), where=report.zone)
    if compared:
        shown.show(_compared(by_outcome))
    else:
        shown.say(
            both("Nothing to compare with: no expected.json.", "没有 expected.json，未作比较。")
        )
    if different:
        shown.show(_different(different))
    shown.say(
        both("{count} problem(s) in the rows of the files.", "文件各行中共有 {count} 处问题。"),
        count=problems,
    )
    shown.say(both("Report: {path}", "报告：{path}"), path=folder.path / "report.html")


def _compared(by_outcome: Mapping[str, Sequence[Figure]]) -> Section:
    rows: list[tuple[Any, ...]] = []
    for outcome, ones in by_outcome.items():
        reasons = sorted({_reason(one) for one in ones} if outcome == "not covered" else ())
        rows.append((_OUTCOMES[outcome], len(ones), "; ".join(reasons)))
    return Section(
        id="comparison",
        title=both("Compared with what was expected", "与预期比较"),
        columns=(
            column("outcome", both("figures", "指标")),
            column("count", both("count", "数量"), "count"),
            column("reason", both("why", "原因")),
        ),
        rows=tuple(rows),
    )


def _different(figures: Sequence[Figure]) -> Section:
    return Section(
        id="different",
        title=both("Not as expected", "与预期不一致"),
        columns=(
            column("path", both("figure", "指标")),
            column("expected", both("expected", "预期")),
            column("actual", both("came out", "实际")),
        ),
        rows=tuple((one.path, _shown(one.expected), _shown(one.actual)) for one in figures),
    )


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

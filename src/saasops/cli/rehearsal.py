"""Run a whole campaign from operators' files, day by day, with a clock that is told the time.

The files say what people did; everything else is decided by the library. Running again over
the same storage changes nothing, so a run that was cut short is simply started again.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from saasops import serial
from saasops.app.campaigns import Campaigns
from saasops.app.definitions import read_campaign
from saasops.app.files import read_table
from saasops.app.imports import ImportReport
from saasops.app.ops import SaasOps
from saasops.campaigns.definition import Campaign
from saasops.clock import day_of, instant, monday_of, parse_instant
from saasops.errors import Invalid, NotFound, Problem, Refused
from saasops.scheduling.assistants import Absence, Assistant
from saasops.scheduling.importing import read_absences, read_assistants, read_outcomes
from saasops.scheduling.outcomes import Outcome
from saasops.surveys.profiles import ExportProfile
from saasops.surveys.wordings import plain_digits
from saasops.threads.importing import PostRow, read_posts, read_threads
from saasops.threads.posts import Post

Numbered: TypeAlias = tuple[int, Mapping[str, str | None]]
Action: TypeAlias = Callable[[], object]
MEDIA = {"mail": "file", "sms": "file", "inbox": "file", "post": "file"}
_OLDER = frozenset({"downloads.csv"})
_TICKS = (time(9), time(10), time(18), time(23, 59))


class Clock:
    """A clock that shows what it was set to last."""

    def __init__(self, at: datetime) -> None:
        """Show *at* until it is set anew."""
        self.at = at

    def __call__(self) -> datetime:
        """Return the instant that was set last."""
        return self.at


@attrs.define(kw_only=True)
class Rehearsal:
    """One run over *folder*; `play` runs it, `reports` and `problems` tell how it went."""

    folder: Path
    ops: SaasOps
    clock: Clock
    definition: Campaign
    profile: ExportProfile
    reports: dict[str, ImportReport] = attrs.field(factory=dict[str, ImportReport])
    problems: list[Problem] = attrs.field(factory=list[Problem])
    on_site: set[str] = attrs.field(factory=set[str])
    site_answers: int = 0

    @classmethod
    def open(cls, folder: Path, *, definition: Path, storage: str, notices: Path) -> "Rehearsal":
        """Open the storage and read the campaign, which may lie in another folder."""
        clock = Clock(datetime(1970, 1, 1, tzinfo=UTC))
        beside = definition.parent / "survey_export.profile.toml"
        return cls(
            folder=folder,
            ops=SaasOps.open(
                storage,
                plugins={"file": {"folder": str(notices)}},
                channels=MEDIA,
                clock=clock,
            ),
            clock=clock,
            definition=read_campaign(definition),
            profile=serial.load(
                serial.parse_toml(beside.read_text(encoding="utf-8")), ExportProfile
            ),
        )

    @property
    def campaign(self) -> Campaigns:
        """Return the campaign that is run."""
        return self.ops.campaign(self.definition.id)

    @property
    def offset(self) -> timezone:
        """Return the campaign's offset from UTC on its first day, for showing instants."""
        zone = self.definition.where
        away = datetime.combine(self.definition.opens, time(), zone).utcoffset()
        return timezone(away or timedelta())

    def assistants(self) -> list[Assistant]:
        """Return the assistants of the folder."""
        return [one for _, one in read_assistants(self._rows("assistants.csv"))[0]]

    def absences(self) -> list[Absence]:
        """Return the absences of the folder."""
        return [one for _, one in read_absences(self._rows("absences.csv"))[0]]

    def posts(self) -> list[Post]:
        """Return everything that was posted in the campaign's topic, with the replies."""
        threads, posts = self.campaign.threads, list[Post]()
        last: Post | None = None
        while page := threads.page(self.definition.evidence.thread, after=last, limit=500):
            posts += page
            last = page[-1]
        replies = (reply for post in posts for reply in threads.replies(post, limit=500))
        return [*posts, *replies]

    def both_ways(self, rows: Collection[int]) -> set[str]:
        """Return who answered on the site and, in *rows* of the export, the same there."""
        column = self.profile.identity.column
        sheet = read_table(self.folder / "survey_export.csv")
        people = (self.person(row[column] or "") for number, row in sheet.rows if number in rows)
        return {user for user in people if user in self.on_site}

    def person(self, cell: str) -> str | None:
        """Return the user whose identity stands in *cell* of the export, or None."""
        try:
            provider = self.profile.identity.provider
            return self.ops.people.identify(provider, plain_digits(cell.strip())).id
        except NotFound:
            return None

    def _rows(self, name: str) -> list[Numbered]:
        return list(read_table(self.folder / name).rows)

    def play(
        self,
        *,
        monday: Callable[[date], object],
        progress: Callable[[int, int, date], object] | None = None,
    ) -> None:
        """Run from the first invitation to the last verdict.

        *monday* is called every Monday morning with its date; *progress* after every day
        with how many of how many are done.
        """
        script = Script(self)
        self.clock.at = script.begins
        script.prepare()
        for done, day in enumerate(script.days, 1):
            for at, action in script.of(day, monday):
                self.clock.at = at
                action()
            if progress is not None:
                progress(done, len(script.days), day)
        script.finish()
        monday(monday_of(script.days[-1]) + timedelta(7))


class Script:
    """What happens when: the files' rows by day, each as an action at an instant."""

    def __init__(self, play: Rehearsal) -> None:
        self._play = play
        self._zone = play.definition.where
        self._by_day: dict[date, list[tuple[datetime, int, Action]]] = {}
        self._live: dict[date, dict[str, list[Numbered]]] = {}
        self._answers: dict[date, list[tuple[datetime, str]]] = {}
        self._states = {
            row["user"]: row["state"] for _, row in self._rows("bookings.csv") if row["user"]
        }
        self._sort()
        stamped = [*self._by_day, *(day for day, rows in self._live.items() if set(rows) - _OLDER)]
        first, last = min(stamped), max(stamped)
        self.days = [first + timedelta(n) for n in range((last - first).days + 1)]
        self.begins = instant(first, time(0), self._zone)

    def prepare(self) -> None:
        """Take in what is known before the first day, and launch."""
        play, ops = self._play, self._play.ops
        self._note("releases", ops.versions.import_releases(self._rows("products.csv")))
        self._note("paths", ops.versions.import_paths(self._rows("upgrade_paths.csv")))
        self._note("users", ops.people.import_users(self._rows("users.csv")))
        self._note("priors", ops.people.import_priors(self._rows("january_participants.csv")))
        campaign = ops.launch(play.definition)
        self._note("assistants", campaign.schedule.import_assistants(self._rows("assistants.csv")))
        for day in sorted(day for day in self._live if day < self.days[0]):
            self._feed(day)
        self._note("channels", campaign.import_channels(self._rows("channels.csv")))

    def of(self, day: date, monday: Callable[[date], object]) -> Iterator[tuple[datetime, Action]]:
        """Walk over the actions of *day* in the order of time."""
        midnight = instant(day, time(0), self._zone)
        actions: list[tuple[datetime, int, Action]] = [(midnight, 0, partial(self._feed, day))]
        actions += self._by_day.get(day, [])
        actions += [(instant(day, hour, self._zone), 1, self._tick) for hour in _TICKS]
        if day.weekday() == 0:
            morning = instant(day, time(8), self._zone)
            actions.append((morning, 0, partial(self._ship, day - timedelta(7))))
            actions.append((morning, 1, partial(monday, day)))
        actions.append((instant(day, time(23, 50), self._zone), 0, partial(self._evening, day)))
        for at, _, action in sorted(actions, key=lambda one: one[:2]):
            yield at, action

    def finish(self) -> None:
        """Ship what is left, send what is due, and import the whole export once more."""
        play = self._play
        play.clock.at = instant(self.days[-1] + timedelta(1), time(9), self._zone)
        for week in sorted({grant.week for grant in play.campaign.rewards.grants()}):
            self._ship(week)
        play.ops.tick()
        export = play.campaign.survey.import_responses(
            self._rows("survey_export.csv"), play.profile
        )
        self._note("responses", export)

    def _rows(self, name: str) -> list[Numbered]:
        sheet = read_table(self._play.folder / name)
        self._play.problems += sheet.problems
        return list(sheet.rows)

    def _note(self, name: str, report: ImportReport) -> None:
        self._play.reports[name] = report
        self._play.problems += report.problems

    def _day(self, at: datetime) -> date:
        return day_of(at, self._zone)

    def _sort(self) -> None:
        id = self._play.definition.id
        self._feeds("downloads.csv", "downloaded_at")
        self._feeds("invitations.csv", "sent_at")
        self._feeds("survey_export.csv", self._play.profile.ended)
        for _, absence in read_absences(self._rows("absences.csv"))[0]:
            self._at(absence.known_at, partial(self._absent, absence))
        for _, outcome in read_outcomes(self._rows("outcomes.csv"), campaign=id)[0]:
            self._at(outcome.reported_at, partial(self._outcome, outcome))
        for _, thread in read_threads(self._rows("threads.csv"), campaign=id)[0]:
            self._at(thread.created_at, partial(self._as("operator").threads.open, thread))
        for _, row in read_posts(self._rows("posts.csv"), campaign=id)[0]:
            self._at(row.post.posted_at, partial(self._post, row))
            if row.verdict is not None and row.verdict.verified_at is not None:
                self._at(row.verdict.verified_at, partial(self._verify, row))
        answers = json.loads((self._play.folder / "survey_responses.json").read_text("utf-8"))
        for response in answers["responses"]:
            at = parse_instant(response["submitted_at"])
            self._at(at, partial(self._answer, response, at))

    def _feeds(self, name: str, column: str) -> None:
        for number, row in self._rows(name):
            try:
                at = parse_instant(row[column] or "", default=self._zone)
            except ValueError:
                at = instant(self._play.definition.opens, time(0), self._zone)
            self._live.setdefault(self._day(at), {}).setdefault(name, []).append((number, row))

    def _at(self, at: datetime, action: Action) -> None:
        self._by_day.setdefault(self._day(at), []).append((at, 2, action))

    def _as(self, actor: str) -> Campaigns:
        acting = self._play.ops.acting(actor, roles=("operator",))
        return acting.campaign(self._play.definition.id)

    def _feed(self, day: date) -> None:
        rows = self._live.get(day, {})
        play = self._play
        if "downloads.csv" in rows:
            play.problems += play.ops.versions.import_downloads(rows["downloads.csv"]).problems
        if "invitations.csv" in rows:
            play.problems += play.campaign.import_invitations(rows["invitations.csv"]).problems

    def _answer(self, response: Mapping[str, Any], at: datetime) -> None:
        play, identity = self._play, response["identity"]
        user = play.ops.people.identify(identity["provider"], identity["subject"]).id
        try:
            self._as(f"user:{user}").survey.submit(user, response["answers"], at=at)
        except Invalid as error:
            play.problems += error.problems
            return
        play.site_answers += 1
        play.on_site.add(user)
        self._answers.setdefault(self._day(at), []).append((at, user))

    def _evening(self, day: date) -> None:
        """Import what the outside tool collected today; then everybody who answered books."""
        play = self._play
        rows = self._live.get(day, {}).get("survey_export.csv", [])
        if rows:
            play.campaign.survey.import_responses(rows, play.profile)
        answered = dict.fromkeys(user for _, user in self._answers.get(day, []))
        for _, row in rows:
            user = play.person(row[play.profile.identity.column] or "")
            if user is not None:
                answered[user] = None
        people = [play.campaign.participant(user) for user in answered]
        for one in sorted(people, key=lambda p: (p.answered_at or play.clock.at, p.user)):
            if one.answered_at is not None and self._day(one.answered_at) <= day:
                self._book(one.user, one.wish or "")

    def _book(self, user: str, wish: str) -> None:
        mine = self._as(f"user:{user}")
        if self._states.get(user) == "withdrawn":
            mine.withdraw(user)
            return
        booking = mine.schedule.booking(user)
        try:
            if booking is None:
                mine.schedule.book(user, wish)
            elif booking.state == "confirmed" and booking.wished != wish:
                mine.schedule.reschedule(user, wish)
        except Refused as no:
            if no.code != "slot.full":
                raise
            mine.schedule.book(user, no.context["nearest"][0])

    def _absent(self, absence: Absence) -> None:
        result = self._as("operator").schedule.absent(absence)
        self._play.problems += result.unserved

    def _outcome(self, outcome: Outcome) -> None:
        self._as(f"assistant:{outcome.assistant}").schedule.report_outcome(outcome)

    def _post(self, row: PostRow) -> None:
        self._as(f"user:{row.post.author}").threads.post(row.post)

    def _verify(self, row: PostRow) -> None:
        verdict = row.verdict
        if verdict is not None and verdict.verdict is not None:
            self._as("operator").threads.verify(
                verdict.id, verdict.verdict, reason=verdict.reason or ""
            )

    def _tick(self) -> None:
        self._play.ops.tick()

    def _ship(self, week: date) -> None:
        self._play.problems += self._as("operator").rewards.ship(week)

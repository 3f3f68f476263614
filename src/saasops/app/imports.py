"""What every import does alike: chunks of rows, a dry run, progress, one kind of report."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Literal, TypeAlias, TypeVar

import attrs

from saasops.app.work import Handle, Host, Work
from saasops.errors import Invalid, Problem, SaasOpsError
from saasops.rows import Rows
from saasops.storage.shelves import Shelf

T = TypeVar("T")
Result: TypeAlias = Literal["accepted", "changed", "unchanged", "superseded"]
Progress: TypeAlias = Callable[[int, int], None]
CHUNK = 500
MOST_LISTED = 1000
"""From so many problems on, a refused row is only counted among the unlisted."""


@attrs.frozen(kw_only=True)
class ImportReport:
    """What an import did: how many rows there were, and the numbers of those worth a look.

    Every row is in exactly one of *accepted*, *changed*, *unchanged*, *superseded*, the rows
    of *problems*, and *unlisted*: refused rows whose problems are left out, because there are
    so many. *repaired* rows are among the first three as well.
    """

    kind: str
    rows: int
    accepted: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    unchanged: tuple[int, ...] = ()
    superseded: tuple[int, ...] = ()
    repaired: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    unlisted: tuple[int, ...] = ()
    dry_run: bool = False


class _Undo(Exception):
    """Roll a dry run back, or a chunk of which a row was refused."""


def take_in(
    handle: Handle,
    kind: str,
    rows: Rows,
    read: Callable[[Rows], tuple[list[tuple[int, T]], list[Problem]]],
    keep: Callable[[Work, T], Result],
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    together: bool = False,
) -> ImportReport:
    """Read *rows* and keep the right ones, on behalf of *handle*; see `run_import`."""
    listed = list(rows)
    found, problems = read(listed)
    return run_import(
        handle.host,
        kind,
        found,
        keep,
        actor=handle.actor,
        total=len(listed),
        right=len(found),
        problems=problems,
        dry_run=dry_run,
        progress=progress,
        together=together,
    )


def keep_in(shelf: Shelf[T]) -> Callable[[Work, T], Result]:
    """Return a step that adds a value to *shelf*, or replaces the one that differs."""

    def keep(work: Work, value: T) -> Result:
        held = work.load(shelf, *(getattr(value, name) for name in shelf.table.key))
        if held == value:
            return "unchanged"
        work.save(shelf, value)
        return "changed" if held else "accepted"

    return keep


def run_import(
    host: Host,
    kind: str,
    rows: Iterable[tuple[int, T]],
    keep: Callable[[Work, T], Result],
    *,
    actor: str,
    total: int,
    right: int | None = None,
    problems: Iterable[Problem] = (),
    unlisted: Iterable[int] = (),
    dry_run: bool = False,
    progress: Progress | None = None,
    together: bool = False,
    most: int = CHUNK,
) -> ImportReport:
    """Keep *rows* (number, value), up to *most* to a transaction; a refused row is a problem.

    Of *total* rows *right* come here, by default all; they are taken as they come, so that
    their number costs no memory. With *dry_run* everything is decided and nothing is written;
    rows that build on each other are then decided *together*. *progress* is told how many are
    done, of how many.
    """
    results: dict[str, list[int]] = {}
    found, more = list(problems), list(unlisted)
    done = 0
    for chunk in chunks(rows, None if together and dry_run else min(most, CHUNK)):
        for number, result in _kept(host, chunk, keep, actor=actor, dry_run=dry_run):
            if not isinstance(result, tuple):
                results.setdefault(result, []).append(number)
            elif len(found) < MOST_LISTED:
                found += result
            else:
                more.append(number)
        done += len(chunk)
        if progress is not None:
            progress(done, total if right is None else right)
    return ImportReport(
        kind=kind,
        rows=total,
        problems=tuple(found),
        unlisted=tuple(sorted(more)),
        dry_run=dry_run,
        **{name: tuple(sorted(numbers)) for name, numbers in results.items()},
    )


def _kept(
    host: Host,
    chunk: Sequence[tuple[int, T]],
    keep: Callable[[Work, T], Result],
    *,
    actor: str,
    dry_run: bool,
) -> list[tuple[int, Result | tuple[Problem, ...]]]:
    """Keep the right rows of *chunk*; of a refused one nothing stays, however far it got."""
    results: dict[int, Result] = {}
    refused: dict[int, tuple[Problem, ...]] = {}

    def step(work: Work) -> None:
        results.clear()
        before = len(refused)
        for place, (number, value) in enumerate(chunk):
            if place in refused:
                continue
            try:
                results[place] = keep(work, value)
            except SaasOpsError as error:
                if error.status >= 500 or error.retryable:
                    raise
                refused[place] = _reasons(number, error)
        if dry_run or len(refused) > before:
            raise _Undo

    known = -1
    while known != len(refused):
        known = len(refused)
        with suppress(_Undo):
            host.run(step, actor=actor)
    return [
        (number, refused[place] if place in refused else results[place])
        for place, (number, _) in enumerate(chunk)
    ]


def _reasons(number: int, error: SaasOpsError) -> tuple[Problem, ...]:
    where = f"row {number}"
    if isinstance(error, Invalid):
        return tuple(Problem(where, one.code, one.context) for one in error.problems)
    return (Problem(where, error.code, error.context),)


def chunks(rows: Iterable[T], size: int | None = CHUNK) -> Iterator[Sequence[T]]:
    """Yield *rows* in lists of *size*, all in one without it."""
    left = iter(rows)
    while chunk := list(islice(left, size)):
        yield chunk

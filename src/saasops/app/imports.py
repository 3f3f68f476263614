"""What every import does alike: chunks of rows, a dry run, progress, one kind of report."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Literal, TypeAlias, TypeVar

import attrs

from saasops.app.work import Host, Work
from saasops.errors import Problem, SaasOpsError

T = TypeVar("T")
Result: TypeAlias = Literal["accepted", "changed", "unchanged", "superseded"]
Progress: TypeAlias = Callable[[int, int], None]
CHUNK = 500


@attrs.frozen(kw_only=True)
class ImportReport:
    """What an import did: how many rows there were, and the numbers of those worth a look.

    Every row is in exactly one of *accepted*, *changed*, *unchanged*, *superseded*, and the
    rows of *problems*; *repaired* rows are among the first three as well.
    """

    kind: str
    rows: int
    accepted: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    unchanged: tuple[int, ...] = ()
    superseded: tuple[int, ...] = ()
    repaired: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    dry_run: bool = False


class _Undo(Exception):
    """Roll a dry run back."""


def run_import(
    host: Host,
    kind: str,
    rows: Sequence[tuple[int, T]],
    keep: Callable[[Work, T], Result],
    *,
    actor: str,
    total: int,
    problems: Iterable[Problem] = (),
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Keep *rows* (number, value), a chunk to a transaction; a refused row is a problem.

    With *dry_run* everything is decided and nothing is written. *progress* is told how many
    rows are done, of how many.
    """
    results: dict[str, list[int]] = {}
    found = list(problems)
    done = 0
    for chunk in _chunks(rows):
        for number, result in _kept(host, chunk, keep, actor=actor, dry_run=dry_run):
            if isinstance(result, Problem):
                found.append(result)
            else:
                results.setdefault(result, []).append(number)
        done += len(chunk)
        if progress is not None:
            progress(done, len(rows))
    return ImportReport(
        kind=kind,
        rows=total,
        problems=tuple(found),
        dry_run=dry_run,
        **{name: tuple(numbers) for name, numbers in results.items()},
    )


def _kept(
    host: Host,
    chunk: Sequence[tuple[int, T]],
    keep: Callable[[Work, T], Result],
    *,
    actor: str,
    dry_run: bool,
) -> list[tuple[int, Result | Problem]]:
    results: list[tuple[int, Result | Problem]] = []

    def step(work: Work) -> None:
        results.clear()
        for number, value in chunk:
            try:
                results.append((number, keep(work, value)))
            except SaasOpsError as error:
                if error.status >= 500 or error.retryable:
                    raise
                results.append((number, Problem(f"row {number}", error.code, error.context)))
        if dry_run:
            raise _Undo

    with suppress(_Undo):
        host.run(step, actor=actor)
    return results


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]

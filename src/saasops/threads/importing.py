"""Read topics, posts and verdicts from tables, row by row."""

import attrs

from saasops.errors import Problem
from saasops.rows import Row, Rows, read_rows
from saasops.threads.posts import Post, Thread, Verdict


@attrs.frozen(kw_only=True)
class PostRow:
    """A post as it was written, and the operator's verdict where it is a check-in."""

    post: Post
    verdict: Post | None


def read_threads(rows: Rows, *, campaign: str) -> tuple[list[tuple[int, Thread]], list[Problem]]:
    """Read thread, title, author, created_at."""

    def build(row: Row) -> Thread | None:
        created_at = row.instant("created_at")
        if created_at is None:
            return None
        return Thread(
            campaign=campaign,
            id=row.required("thread"),
            title=row.required("title"),
            author=row.required("author"),
            created_at=created_at,
        )

    required = ("thread", "title", "author", "created_at")
    return read_rows(rows, build, required=required, key=lambda one: one.id)


def read_posts(rows: Rows, *, campaign: str) -> tuple[list[tuple[int, PostRow]], list[Problem]]:
    """Read post, thread, parent, author, created_at, text, images, check_in and the verdict."""

    def build(row: Row) -> PostRow | None:
        posted_at, verified_at = row.instant("created_at"), row.instant("verified_at")
        verdict = row.choice("verdict", ("accepted", "refused"))
        check_in = row.choice("check_in", ("yes", "no"))
        if posted_at is None:
            return None
        post = Post(
            campaign=campaign,
            thread=row.required("thread"),
            id=row.required("post"),
            author=row.required("author"),
            text=row.cells.get("text") or "",
            images=row.list_("images"),
            parent=row.text("parent"),
            check_in=check_in == "yes",
            posted_at=posted_at,
        )
        if verdict is None:
            return PostRow(post=post, verdict=None)
        judged: Verdict = "accepted" if verdict == "accepted" else "refused"
        return PostRow(
            post=post,
            verdict=attrs.evolve(
                post, verdict=judged, verified_at=verified_at, reason=row.text("reason")
            ),
        )

    return read_rows(
        rows,
        build,
        required=("post", "thread", "author", "created_at"),
        optional=("parent", "text", "images", "check_in", "verdict", "verified_at", "reason"),
        key=lambda one: one.post.id,
    )

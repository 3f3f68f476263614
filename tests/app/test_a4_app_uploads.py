"""Files that answer questions: taken while they stream, found by their owner only, forgotten unused."""

import io
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import attrs
import pytest

from kit import SURVEY, Stage, both, nothing_changes, opened, refusal, staged
from saasops import Invalid, NotFound, SaasOps, StorageError, predicates
from saasops.app import dispatch, surveys, uploads
from saasops.app.audit import Audit
from saasops.app.survey_keeping import keep_response
from saasops.app.uploads import KEPT_FOR, MOST_OPEN, UPLOAD, Uploads, keep
from saasops.app.work import Host, Work
from saasops.errors import InDoubt
from saasops.notices.notice import ATTEMPTS
from saasops.storage.files import FolderFiles, MemoryFiles
from saasops.storage.outbox import Letter
from saasops.storage.tables import OUTBOX, UPLOADS
from saasops.surveys.definition import Migration, Question, Step, Survey
from saasops.surveys.uploads import Upload
from saasops.values import DEFAULT_TENANT

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde\0\0\0\0IEND\xaeB`\x82"
ASKED = (
    Question(id="shot", kind="file", text=both("Screenshot"), required=False, largest=2**20),
    Question(id="log", kind="file", text=both("Log"), required=False, accepts=("text/plain",)),
)
RENAMED = Step(question="photo", was="shot")
DROPPED = Step(was="shot", reason="not needed")
WITH_FILES: Survey = attrs.evolve(SURVEY, version=2, questions=(*SURVEY.questions, *ASKED))


@pytest.fixture
def site(stage: Stage) -> Stage:
    definition = stage.campaign.definition()
    stage.ops.launch(attrs.evolve(definition, survey=WITH_FILES))
    stage.ops._files = MemoryFiles()
    stage.user("u1")
    stage.user("u2")
    return stage


def image(number: int = 0) -> bytes:
    return PNG.replace(b"\0\0\0\0IEND", number.to_bytes(4, "big") + b"\0\0\0\0IEND")


def add(
    site: Stage, content: bytes = PNG, *, user: str = "u1", question: str = "shot", **named: Any
) -> Upload:
    return site.campaign.uploads.add(user, question, io.BytesIO(content), **named)


def kept_files(site: Stage) -> list[str]:
    return list(site.ops.files.each())


def run(site: Stage, step: Callable[[Work], Any], *, write: bool = True) -> Any:
    return site.ops.run(step, actor="system", write=write)


def test_a4_a_file_is_taken_and_given_back_to_who_sent_it(site: Stage) -> None:
    upload = add(site, name="../../桌面\u202e.png")
    assert (upload.media_type, upload.size, upload.by, upload.at) == (
        "image/png",
        len(PNG),
        "u1",
        site.clock(),
    )
    assert (upload.name, upload.question, upload.kept) == ("桌面.png", "shot", False)
    with nothing_changes(site.ops):
        assert site.campaign.uploads.find("u1", upload.id) == upload
        assert site.campaign.uploads.waiting("u1") == (upload,)
        with site.campaign.uploads.open("u1", upload.id) as file:
            assert file.read() == PNG


def test_a4_ids_cannot_be_guessed_and_carry_nothing_of_the_sender(site: Stage) -> None:
    ids = [add(site, image(n), name="x.png").id for n in range(10)]
    assert len(set(ids)) == 10
    assert all(len(id) == 32 and set(id) <= set("0123456789abcdef") for id in ids)
    assert kept_files(site) == sorted(ids)


@pytest.mark.parametrize(
    "id", ["", "x", "../../etc", "0" * 32, "\ud800", "\0", "A" * 32, "9" * 10_000]
)
def test_a4_what_is_no_upload_of_a_user_is_not_found(site: Stage, id: str) -> None:
    add(site)
    with pytest.raises(NotFound):
        site.campaign.uploads.open("u1", id)


def test_a4_nobody_gets_at_the_file_of_somebody_else(site: Stage) -> None:
    upload = add(site)
    with pytest.raises(NotFound):
        site.campaign.uploads.find("u2", upload.id)
    with pytest.raises(NotFound):
        site.campaign.uploads.open("u2", upload.id)
    assert site.campaign.uploads.waiting("u2") == ()
    run(site, lambda work: keep(work, "small", "u2", [upload.id]))
    assert not site.campaign.uploads.find("u1", upload.id).kept


def test_a4_the_same_file_again_is_the_same_upload(site: Stage) -> None:
    first = add(site)
    assert add(site, name="another.png") == first
    assert add(site, image(1)).id != first.id
    assert add(site, user="u2").id != first.id
    assert len(kept_files(site)) == 3


def test_a4_a_key_makes_it_one_upload(site: Stage) -> None:
    campaign = site.ops.once("k").campaign("small")
    first = campaign.uploads.add("u1", "shot", io.BytesIO(PNG))
    run(site, lambda work: keep(work, "small", "u1", [first.id]))
    assert campaign.uploads.add("u1", "shot", io.BytesIO(PNG)) == first
    assert kept_files(site) == [first.id]


@pytest.mark.parametrize(
    ("content", "question", "code"),
    [
        (b"", "shot", "upload.empty"),
        (b"MZ\0\0", "shot", "upload.unrecognised"),
        (b"<svg xmlns='x' onload='alert(1)'/>", "shot", "upload.wrong_type"),
        (b"plain", "shot", "upload.wrong_type"),
        (PNG, "log", "upload.wrong_type"),
        (PNG[:-3], "shot", "upload.cut_off"),
        (PNG + b"x" * 2**20, "shot", "upload.too_large"),
        (PNG.replace(b"IHDR\0\0\0\1", b"IHDR\0\0\0\0"), "shot", "upload.dimensions"),
        (PNG[:33] + b"<script>" + PNG[33:], "shot", "upload.mixed"),
    ],
)
def test_a4_a_wrong_file_leaves_nothing(
    site: Stage, content: bytes, question: str, code: str
) -> None:
    with nothing_changes(site.ops), pytest.raises(Invalid) as caught:
        add(site, content, question=question, name="honest.png")
    assert caught.value.code == "upload.refused"
    assert [(p.where, p.code) for p in caught.value.problems] == [(question, code)]
    assert kept_files(site) == []


class Endless(io.RawIOBase):
    """A stream without an end that counts what is read."""

    def __init__(self, start: bytes) -> None:
        self.start, self.given = start, 0

    def read(self, size: int = -1) -> bytes:
        assert 0 < size <= 2**16
        self.given += size
        start, self.start = self.start, b""
        return start + b"\0" * (size - len(start))


@pytest.mark.parametrize(("start", "most"), [(PNG, 2**20 + 2**16), (b"MZ", 2**16)])
def test_a4_reading_stops_where_it_is_too_much_or_wrong(
    site: Stage, start: bytes, most: int
) -> None:
    stream = Endless(start)
    with pytest.raises(Invalid):
        site.campaign.uploads.add("u1", "shot", stream)  # type: ignore[arg-type]  # all that is read of it is there
    assert stream.given <= most
    assert kept_files(site) == []


def test_a4_a_huge_file_takes_no_memory(tmp_path: Path) -> None:
    with closing((made := staged()).ops):
        large = attrs.evolve(ASKED[0], largest=2**26)
        survey = attrs.evolve(WITH_FILES, questions=(*SURVEY.questions, large))
        made.ops.launch(attrs.evolve(made.campaign.definition(), survey=survey))
        made.ops._files = FolderFiles(tmp_path)
        made.user("u1")
        stream = Endless(PNG)
        tracemalloc.start()
        try:
            with pytest.raises(Invalid):
                made.campaign.uploads.add("u1", "shot", stream)  # type: ignore[arg-type]  # as above
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert stream.given > 2**26
        assert most < 2**21
        assert not [p for p in tmp_path.rglob("*") if p.is_file()]


class Failing(io.RawIOBase):
    def __init__(self, error: Exception | None, content: Any = PNG) -> None:
        self.error, self.content = error, content

    def read(self, size: int = -1) -> Any:
        content, self.content = self.content, None
        if content is not None:
            return content
        if self.error:
            raise self.error
        return None


@pytest.mark.parametrize(
    "stream",
    [
        Failing(OSError("secret path")),
        Failing(ValueError("closed")),
        Failing(None),
        Failing(None, "text"),
    ],
)
def test_a4_a_stream_that_breaks_leaves_nothing(site: Stage, stream: Any) -> None:
    with pytest.raises(Invalid) as caught:
        site.campaign.uploads.add("u1", "shot", stream)
    assert [p.code for p in caught.value.problems] == ["upload.unreadable"]
    assert "secret" not in str(caught.value)
    assert kept_files(site) == []


def test_a4_only_a_file_question_of_the_survey_takes_files_of_a_known_user(site: Stage) -> None:
    assert refusal(lambda: add(site, question="os")).code == "upload.no_file_question"
    with pytest.raises(NotFound):
        add(site, question="nobody")
    with pytest.raises(NotFound):
        add(site, user="nobody")
    assert kept_files(site) == []


def test_a4_so_many_may_wait_and_no_more(site: Stage) -> None:
    uploads = [add(site, image(n)) for n in range(MOST_OPEN)]
    assert refusal(lambda: add(site, image(99))).code == "upload.too_many"
    assert len(kept_files(site)) == MOST_OPEN
    add(site, image(99), user="u2")
    run(site, lambda work: keep(work, "small", "u1", [uploads[0].id]))
    add(site, image(99))


def test_a4_without_a_place_files_are_refused(site: Stage) -> None:
    site.ops._files = None
    assert refusal(lambda: add(site)).code == "upload.no_store"
    assert Audit(site.ops).uploads() == ()


# What no answer names


def newer(step: Step) -> Survey:
    photo = attrs.evolve(ASKED[0], id="photo")
    return attrs.evolve(
        SURVEY,
        version=3,
        questions=(*SURVEY.questions, photo, ASKED[1]),
        migrations=(Migration(version=2, steps=(step,)),),
    )


def forget_all(site: Stage) -> None:
    site.clock.tick(KEPT_FOR + timedelta(minutes=1))
    site.ops.tick()


def test_a4_what_no_answer_names_is_forgotten_after_a_day(site: Stage) -> None:
    unused, used = add(site), add(site, image(1))
    run(site, lambda work: keep(work, "small", "u1", [used.id, "0" * 32]))
    site.clock.tick(KEPT_FOR - timedelta(minutes=1))
    site.ops.tick()
    assert site.campaign.uploads.find("u1", unused.id) == unused
    site.clock.tick(timedelta(minutes=2))
    site.ops.tick()
    with pytest.raises(NotFound):
        site.campaign.uploads.find("u1", unused.id)
    assert kept_files(site) == [used.id]
    assert site.campaign.uploads.find("u1", used.id).kept
    assert Audit(site.ops).uploads() == ()
    waiting = run(site, lambda work: work.tx.find(OUTBOX, {"topic": UPLOAD}), write=False)
    assert waiting == []


def test_a4_an_answer_keeps_its_files(site: Stage) -> None:
    upload, foreign = add(site), add(site, image(1), user="u2")
    with pytest.raises(Invalid) as caught:
        site.answer("u1", shot=[foreign.id])
    assert [p.where for p in caught.value.problems] == ["shot"]
    site.answer("u1", shot=[upload.id])
    site.clock.tick(2 * KEPT_FOR)
    site.ops.tick()
    assert kept_files(site) == [upload.id]
    response = site.campaign.survey.response("u1")
    assert response is not None
    assert response.answers["shot"] == (upload.id,)


def test_a4_a_draft_keeps_its_files_as_long_as_it_stands(site: Stage) -> None:
    upload = add(site)
    site.campaign.survey.edit("u1", {"shot": [upload.id]})
    for _ in range(3):
        site.clock.tick(KEPT_FOR)
        site.ops.tick()
        assert kept_files(site) == [upload.id]
    site.campaign.survey.discard("u1")
    site.clock.tick(KEPT_FOR)
    site.ops.tick()
    assert kept_files(site) == []


def test_a4_a_hidden_answer_that_is_kept_keeps_its_files(site: Stage) -> None:
    shot = attrs.evolve(ASKED[0], when=predicates.Test("os", "eq", "windows-2003"))
    survey = attrs.evolve(
        WITH_FILES, version=3, hidden="keep", questions=(*SURVEY.questions, shot, ASKED[1])
    )
    site.ops.launch(attrs.evolve(site.campaign.definition(), survey=survey))
    upload = add(site)
    site.answer("u1", shot=[upload.id])
    forget_all(site)
    response = site.campaign.survey.response("u1")
    assert response is not None
    assert response.hidden == {"shot": (upload.id,)}
    assert kept_files(site) == [upload.id]


@pytest.mark.parametrize("step", [RENAMED, DROPPED])
def test_a4_a_stale_page_keeps_its_files_wherever_its_answers_go(site: Stage, step: Step) -> None:
    upload = add(site)
    site.ops.launch(attrs.evolve(site.campaign.definition(), survey=newer(step)))
    answers = {"version": "5.0", "os": "linux", "slot": "early", "shot": [upload.id]}
    site.campaign.survey.submit("u1", answers, version=2)
    forget_all(site)
    (former,) = site.campaign.survey.history("u1")
    assert former.response.answers["shot"] == (upload.id,)
    assert kept_files(site) == [upload.id]


def test_a4_a_draft_that_came_over_to_another_question_keeps_its_files(site: Stage) -> None:
    upload = add(site)
    site.campaign.survey.edit("u1", {"shot": [upload.id]})
    site.ops.launch(attrs.evolve(site.campaign.definition(), survey=newer(RENAMED)))
    site.campaign.survey.edit("u1", {"os": "linux"})
    forget_all(site)
    draft = site.campaign.survey.draft("u1")
    assert (draft.values["photo"], draft.problems) == ([upload.id], ())
    assert kept_files(site) == [upload.id]


@pytest.mark.parametrize("typed", [5, True, 1.5, {"a": 1}, "x", [], [5], [["x"]]])
def test_a4_a_draft_may_hold_anything_in_place_of_a_file(site: Stage, typed: Any) -> None:
    add(site)
    site.campaign.survey.edit("u1", {"shot": typed})
    forget_all(site)
    assert kept_files(site) == []


def test_a4_one_id_sent_by_a_web_form_keeps_its_file_while_it_is_a_draft(site: Stage) -> None:
    upload = add(site)
    site.campaign.survey.edit("u1", {"shot": upload.id})
    forget_all(site)
    assert kept_files(site) == [upload.id]


@pytest.mark.parametrize("named_in", ["answer", "draft"])
def test_a4_a_file_is_not_forgotten_beside_whoever_names_it(
    shared: str, named_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = staged(shared)
    with closing(made.ops), closing((other := opened(shared, clock=made.clock)).ops):
        made.ops.launch(attrs.evolve(made.campaign.definition(), survey=WITH_FILES))
        made.ops._files = other.ops._files = MemoryFiles()
        made.user("u1")
        upload = add(made)
        in_draft, told = uploads._in_draft, list[str]()

        def name() -> None:
            if named_in == "draft":
                resumed = other.campaign.survey.edit("u1", {"shot": upload.id})
                told.extend(one.code for one in resumed.problems)
                return
            try:
                other.answer("u1", shot=[upload.id])
            except Invalid as no:
                told.extend(one.code for one in no.problems)

        thread = Thread(target=name)

        def looking(work: Work, one: Upload) -> bool:
            found = in_draft(work, one)
            thread.start()
            thread.join(1)  # it waits for this transaction, unless nothing keeps it
            return found

        made.clock.tick(KEPT_FOR)
        monkeypatch.setattr(uploads, "_in_draft", looking)
        made.ops.tick()
        thread.join()
        assert kept_files(made) == []
        assert told == ["survey.unknown_file"]
        assert made.campaign.survey.response("u1") is None


def test_a4_nobody_answers_with_a_file_that_is_forgotten_meanwhile(
    shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = staged(shared)
    with closing(made.ops), closing((other := opened(shared, clock=made.clock)).ops):
        made.ops.launch(attrs.evolve(made.campaign.definition(), survey=WITH_FILES))
        made.ops._files = other.ops._files = MemoryFiles()
        made.user("u1")
        upload = add(made)
        thread = Thread(target=other.ops.tick)

        def checked(*args: Any) -> Any:
            if not thread.ident:
                thread.start()
                thread.join(1)  # as above
            return keep_response(*args)

        made.clock.tick(KEPT_FOR)
        monkeypatch.setattr(surveys, "keep_response", checked)
        made.answer("u1", shot=[upload.id])
        thread.join()
        assert kept_files(made) == [upload.id]
        assert made.campaign.uploads.find("u1", upload.id).kept


class Stubborn(MemoryFiles):
    broken = True
    error: Exception = StorageError("upload.store_failed", key="k", reason="busy")

    def delete(self, tenant: str, key: str, /) -> bool:
        if self.broken:
            raise self.error
        return super().delete(tenant, key)


@pytest.mark.parametrize("error", [Stubborn.error, OSError("secret path"), KeyError("secret")])
def test_a4_what_the_store_does_not_delete_is_tried_again(
    site: Stage, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    site.ops._files = store = Stubborn()
    store.error = error
    upload = add(site)
    site.clock.tick(KEPT_FOR)
    site.ops.tick()
    with pytest.raises(NotFound):
        site.campaign.uploads.find("u1", upload.id)
    assert kept_files(site) == [upload.id]
    assert caplog.messages == [f"upload {upload.id} is not forgotten yet: {type(error).__name__}"]
    store.broken = False
    site.clock.tick(timedelta(hours=7))
    site.ops.tick()
    assert kept_files(site) == []
    assert run(site, lambda work: work.tx.find(OUTBOX, {"topic": UPLOAD}), write=False) == []


def test_a4_what_the_store_never_deletes_is_buried_and_may_be_requeued(site: Stage) -> None:
    site.ops._files = store = Stubborn()
    upload = add(site)
    for _ in range(ATTEMPTS + 2):
        site.clock.tick(KEPT_FOR)
        site.ops.tick()
    (dead,) = site.ops.outbox.dead()
    assert (dead.topic, dead.message, dead.attempts) == (UPLOAD, upload.id, ATTEMPTS)
    assert dead.reason == "upload.not_forgotten"
    assert kept_files(site) == [upload.id]
    store.broken = False
    assert site.ops.outbox.requeue(dead.id) == ()
    site.ops.tick()
    assert kept_files(site) == []
    assert site.ops.outbox.dead() == ()


def test_a4_one_upload_that_cannot_be_forgotten_keeps_no_notice_back(
    site: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(site)
    site.clock.tick(KEPT_FOR)
    people = [site.answered(f"v{number}") for number in range(3)]

    def broken(host: Host, letter: Letter) -> None:
        raise TypeError("of a number there is no part")

    monkeypatch.setattr(dispatch, "forget", broken)
    site.ops.tick()
    assert sorted(site.sent("risk")) == people
    (waiting,) = run(site, lambda work: work.tx.find(OUTBOX, {"topic": UPLOAD}), write=False)
    assert waiting["due"] == site.clock() + timedelta(minutes=1)


def test_a4_a_refused_row_takes_its_file_along_and_a_doubtful_one_does_not(
    site: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error, left in ((StorageError("storage.closed"), 0), (InDoubt("storage.in_doubt"), 1)):

        def fail(*_: Any, error: Exception = error, **__: Any) -> Upload:
            raise error

        monkeypatch.setattr(Uploads, "_keep", fail)
        with pytest.raises(type(error)):
            add(site)
        assert len(kept_files(site)) == left


def test_a4_the_audit_names_what_has_no_file_and_no_upload(site: Stage) -> None:
    lost, right = add(site), add(site, image(1))
    site.ops.files.delete(lost.id)
    site.ops.files.put("f" * 32, [b"nobody's"])
    found = {(one.where, one.code) for one in Audit(site.ops).uploads()}
    assert found == {
        (f"campaign small, upload {lost.id}", "upload.lost"),
        (f"file {'f' * 32}", "upload.orphan"),
    }
    assert len(Audit(site.ops).uploads(limit=1)) == 1
    assert right.id not in str(found)


# Where files lie


def test_a4_files_lie_beside_the_sqlite_file(tmp_path: Path) -> None:
    with SaasOps.open(tmp_path / "ops.db") as ops:
        assert not (tmp_path / "ops.db.files").exists()
        ops.files.put("0" * 32, [b"x"])
    assert [p.name for p in (tmp_path / "ops.db.files").rglob("0" * 32)] == ["0" * 32]
    with SaasOps.open(tmp_path / "ops.db") as ops:
        assert list(ops.files.each()) == ["0" * 32]
    own = MemoryFiles()
    with SaasOps.open(tmp_path / "ops.db", files=own) as ops:
        ops.files.put("1" * 32, [b"y"])
    assert own.exists(DEFAULT_TENANT, "1" * 32)


def test_a4_each_open_memory_has_files_of_its_own() -> None:
    with SaasOps.open() as one, SaasOps.open() as other:
        one.files.put("0" * 32, [b"x"])
        assert list(other.files.each()) == []


def test_a4_rows_name_the_sender_and_no_path(site: Stage) -> None:
    upload = add(site, name="C:\\secret\\x.png")
    row = run(site, lambda work: work.tx.get(UPLOADS.table, ("small", upload.id)), write=False)
    assert (row["by"], row["kept"]) == ("u1", False)
    assert "secret" not in str(row)

"""Keys are written, read, rotated and taken out, and show nothing of what they are."""

import base64
import copy
import json
import pickle
import traceback
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Refused, SaasOpsError
from saasops.testing.contracts.keyring import spellings
from saasops.vault.keys import LENGTH, Keys

IDS = st.text("abcXYZ019-_", min_size=1, max_size=20)


@st.composite
def keyrings(draw: st.DrawFn) -> Keys:
    keys = Keys.new(draw(IDS))
    for step in draw(st.lists(st.sampled_from(["rotated", "index_rotated"]), max_size=4)):
        keys = getattr(keys, step)()
    return keys


# Written and read


@given(keyrings())
def test_what_is_written_is_read(keys: Keys) -> None:
    assert Keys.parse(keys.written()) == keys


@given(keyrings(), st.data())
def test_no_part_of_what_is_written_is_taken_for_the_whole(keys: Keys, data: st.DataObject) -> None:
    written = keys.written().rstrip()
    cut = written[: data.draw(st.integers(0, len(written) - 1))]
    with pytest.raises(SaasOpsError) as caught:
        Keys.parse(cut)
    assert caught.value.code == "keys.wrong_form"


def changed(**changes: Any) -> str:
    data = json.loads(Keys.new().written()) | changes
    return json.dumps({key: value for key, value in data.items() if value is not None})


SECRET = base64.b64encode(bytes(range(LENGTH))).decode()
WRONG: dict[str, str] = {
    "empty": "",
    "a list": "[]",
    "no JSON": "current = '1'",
    "deep": "[" * 100_000,
    "a number too long": "1" * 5000,
    "no current": changed(current=None),
    "no index": changed(index=None),
    "something else": changed(note="x"),
    "a number as current": changed(current=1),
    "text as index": changed(index="index-1"),
    "an empty index": changed(index=[]),
    "twice in the index": changed(index=["index-1", "index-1"]),
    "current in the index": changed(index=["index-1", "1"]),
    "a current that is not there": changed(current="9"),
    "an index that is not there": changed(index=["index-9"]),
    "a list of secrets": changed(secrets=[SECRET]),
    "a short secret": changed(secrets={"1": SECRET, "index-1": SECRET[:20]}),
    "no base64": changed(secrets={"1": SECRET, "index-1": "!" * 44}),
    "letters beyond ASCII": changed(secrets={"1": SECRET, "index-1": "密" * 44}),
    "a number as a secret": changed(secrets={"1": SECRET, "index-1": 5}),
    "ids and secrets changed over": changed(secrets={SECRET: "1", "index-1": SECRET}),
    "an empty id": changed(current="", secrets={"": SECRET, "index-1": SECRET}),
    "an id with a colon": changed(index=["a:b"], secrets={"1": SECRET, "a:b": SECRET}),
    "an id with a line": changed(index=["a\n"], secrets={"1": SECRET, "a\n": SECRET}),
    "a long id": changed(index=["a" * 33], secrets={"1": SECRET, "a" * 33: SECRET}),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_keyring_is_refused_and_not_quoted(case: str) -> None:
    with pytest.raises(SaasOpsError) as caught:
        Keys.parse(WRONG[case])
    error = caught.value
    assert error.code == "keys.wrong_form"
    assert error.context == {}
    # An error of the json module carries the whole text.
    assert error.__context__ is None
    assert error.__cause__ is None


def test_keys_that_are_put_together_are_checked_as_those_that_are_read() -> None:
    secret = bytes(range(LENGTH))
    assert Keys(current="1", index=("2",), secrets={"1": secret, "2": secret[::-1]})
    for current, index, secrets in [
        ("1", (), {"1": secret}),
        ("1", ("1",), {"1": secret}),
        ("1", ("2",), {"1": secret}),
        ("1", ("2",), {"1": secret, "2": secret[:31]}),
    ]:
        with pytest.raises(SaasOpsError) as caught:
            Keys(current=current, index=index, secrets=secrets)
        assert caught.value.code == "keys.wrong_form"


# Fresh, rotated, taken out


def test_new_keys_are_fresh() -> None:
    one, other = Keys.new(), Keys.new()
    assert (one.current, one.index) == (other.current, other.index) == ("1", ("index-1",))
    secrets = [*one.secrets.values(), *other.secrets.values()]
    assert len(set(secrets)) == 4
    assert {len(secret) for secret in secrets} == {LENGTH}


@given(keyrings(), IDS)
def test_a_rotation_adds_one_secret_and_changes_none(keys: Keys, id: str) -> None:
    for named in (None, id):
        if named in keys.secrets:
            continue
        new = keys.rotated(named)
        assert named in (None, new.current)
        assert new.index == keys.index
        assert added(keys, new) == [new.current]
        new = keys.index_rotated(named)
        assert new.current == keys.current
        assert new.index[1:] == keys.index
        assert added(keys, new) == [new.index[0]]


def added(old: Keys, new: Keys) -> list[str]:
    assert old.secrets.items() <= new.secrets.items()
    assert len(set(new.secrets.values())) == len(new.secrets)
    return sorted(set(new.secrets) - set(old.secrets))


def test_a_rotation_without_an_id_counts_on() -> None:
    keys = Keys.new().rotated().rotated("2026-11").rotated("spare").rotated()
    assert sorted(keys.secrets) == ["1", "2", "2026-11", "3", "index-1", "spare"]
    assert keys.current == "3"
    assert keys.index_rotated().index_rotated().index == ("index-3", "index-2", "index-1")
    assert Keys.new("main").rotated().current == "1"


@given(keyrings())
def test_a_taken_id_is_refused(keys: Keys) -> None:
    for id in keys.secrets:
        for rotate in (keys.rotated, keys.index_rotated):
            with pytest.raises(Refused) as caught:
                rotate(id)
            assert (caught.value.code, caught.value.context) == ("keys.taken", {"id": id})


@pytest.mark.parametrize("id", ["", " ", "a b", "a:b", "密", "../x", "x" * 33, "a\n", "١"])
def test_ids_are_short_and_plain(id: str) -> None:
    keys = Keys.new()
    for make in (Keys.new, keys.rotated, keys.index_rotated):
        with pytest.raises(Refused) as caught:
            make(id)
        assert (caught.value.code, caught.value.context) == ("keys.wrong_id", {})


@given(keyrings())
def test_only_what_is_not_used_for_what_is_new_can_go(keys: Keys) -> None:
    for id in keys.secrets:
        if id in (keys.current, keys.index[0]):
            with pytest.raises(Refused) as caught:
                keys.without(id)
            assert (caught.value.code, caught.value.context) == ("keys.in_use", {"id": id})
            continue
        left = keys.without(id)
        assert added(left, keys) == [id]
        assert (left.current, left.index[0]) == (keys.current, keys.index[0])
        assert id not in left.index
        for ask in (left.secret, left.without):
            with pytest.raises(Refused) as caught:
                ask(id)
            assert (caught.value.code, caught.value.context) == ("keys.unknown", {"id": id})


# Nothing is shown, nothing changes


@given(keyrings())
def test_nothing_of_a_secret_is_shown(keys: Keys) -> None:
    shown = [repr(keys), str(keys), f"{keys}", repr([keys])]
    for wrong in (
        lambda: keys.secret("none"),
        lambda: keys.without("none"),
        lambda: keys.rotated("!"),
    ):
        with pytest.raises(Refused) as caught:
            wrong()
        shown += ["".join(traceback.format_exception(caught.value)), repr(caught.value.context)]
    for secret in keys.secrets.values():
        assert not [text for text in shown for written in spellings(secret) if written in text]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_keys_are_not_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="keys are not pickled"):
        pickle.dumps(Keys.new(), protocol)
    with pytest.raises(TypeError, match="keys are not pickled"):
        copy.deepcopy(Keys.new())


def test_keys_do_not_change() -> None:
    given_secrets = dict(Keys.new().secrets)
    keys = Keys(current="1", index=("index-1",), secrets=given_secrets)
    secret = keys.secret("1")
    given_secrets["1"] = bytes(LENGTH)
    assert keys.secret("1") == secret
    changing: Any = keys.secrets
    with pytest.raises(TypeError):
        changing["1"] = bytes(LENGTH)
    frozen: Any = keys
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        frozen.current = "index-1"

"""Replies of OAuth 2 that keep no standard are read, or fail without quoting anything."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.errors import Invalid, LoginFailed
from saasops.logins.http import HttpReply
from saasops.logins.oauth import (
    address,
    callback_code,
    claims_of,
    endpoint,
    failed,
    read_reply,
    subject_of,
    text_of,
)
from saasops.logins.provider import Claim


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except LoginFailed as error:
        return error


BLANKS = st.text(" \t\r\n", max_size=3)
TABLES = st.dictionaries(
    st.text("abcdefxyz_", min_size=1, max_size=8), st.text(max_size=12) | st.integers(), min_size=1
).filter(lambda table: not table.keys() & {"error", "errcode", "ret"})
TEXTS = st.dictionaries(
    st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text(max_size=12), min_size=1
)


def read(body: str | bytes, status: int = 200, used: tuple[str, ...] = ()) -> dict[str, Any]:
    raw = body.encode() if isinstance(body, str) else body
    headers = {"content-type": "text/html; charset=gbk"}
    return read_reply(HttpReply(status=status, headers=headers, body=raw), provider="qq", used=used)


def refusal(body: str | bytes, status: int = 200, used: tuple[str, ...] = ()) -> LoginFailed:
    with pytest.raises(LoginFailed) as caught:
        read(body, status, used)
    return caught.value


@given(table=TABLES, blanks=st.tuples(*[BLANKS] * 5), name=st.sampled_from(("callback", "_cb.x$1")))
def test_json_and_jsonp_with_any_blanks_are_read(table: Any, blanks: Any, name: str) -> None:
    text = json.dumps(table, ensure_ascii=False)
    one, two, three, four, five = blanks
    assert read(text) == read("\ufeff" + one + text + two) == table
    assert read(f"{one}{name}{two}({three}{text}{four}){five};\n") == table
    assert read(f"{name}({text[:-1]}, }})") == table


@given(table=TEXTS.filter(lambda table: not table.keys() & {"error", "errcode", "ret"}))
def test_forms_are_read(table: dict[str, str]) -> None:
    assert read(urlencode(table)) == table


@given(table=TEXTS)
def test_addresses_say_what_they_were_given(table: dict[str, str]) -> None:
    made = address("https://a.example/x", table, fragment="there")
    assert parse_qs(urlsplit(made).query, keep_blank_values=True) == {
        k: [v] for k, v in table.items()
    }
    assert urlsplit(made).fragment == "there"
    assert made.isascii()
    (one,) = parse_qs(address("x", {"a": "\ud800~"}).partition("?")[2])["a"]
    assert one == "?~"
    assert address("x", {"k": "a b&c/é"}) == f"x?k={quote('a b&c/é', safe='')}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"error": 100016, "error_description": "no"}', "100016"),
        ('{"error": "invalid_client"}', "invalid_client"),
        ('{"errcode": -1, "errmsg": "busy"}', "-1"),
        ('{"ret": 1002, "msg": "x"}', "1002"),
        ("error=100020&error_description=x", "100020"),
        ('callback( {"error":100048,"error_description":"x", } );', "100048"),
        ('{"error": "ann@mail.example says no"}', "?"),
        ('{"error": {"message": "ann", "code": 190}}', "?"),
        ('{"error": true}', "?"),
        ('{"error": "' + "x" * 41 + '"}', "?"),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_error_has_a_short_code_whatever_its_shape(body: str, said: str, status: int) -> None:
    error = refusal(body, status)
    assert (error.code, error.context) == ("login.provider_said", {"provider": "qq", "said": said})
    assert refusal(body, status, used=("100016", "-1", "x")).code == (
        "login.replayed" if said in ("100016", "-1") else "login.provider_said"
    )


@pytest.mark.parametrize("none", [0, "0", "", None])
@pytest.mark.parametrize("key", ["error", "errcode", "ret"])
def test_an_error_that_is_none_is_none(key: str, none: Any) -> None:
    assert read(json.dumps({key: none, "openid": "a"}))["openid"] == "a"


@given(
    body=st.binary(max_size=60) | st.text(max_size=60).map(str.encode), status=st.integers(100, 599)
)
def test_whatever_comes_it_is_a_table_or_a_login_that_failed(body: bytes, status: int) -> None:
    found = outcome(lambda: read(body, status))
    if isinstance(found, LoginFailed):
        assert found.context["provider"] == "qq"
    else:
        assert found
        assert 200 <= status < 300


@pytest.mark.parametrize(
    "body",
    ["", " ", "{}", "[]", "null", "1", '"a"', "[" * 60_000, "<a href='?a=b'>", "<p>a=b", "a b=c",
     "callback()", "callback([1])", "callback({)", '{"a": 1}}', "9" * 5000, b"\xff\xfe"],
)  # fmt: skip
def test_what_is_no_table_is_unreadable(body: str | bytes) -> None:
    assert refusal(body).context == {"provider": "qq", "said": "200"}
    assert refusal(body, 502).code == "login.unreadable"


BIG = 64 * 1024
HOSTILE = (
    "{a}" + " " * BIG,
    "a" + " " * BIG,
    "a" * BIG,
    "a(" + " " * BIG,
    "a({" + "}" * BIG,
    "a({" + " " * BIG + "}",
    "a({" + "} " * (BIG // 2),
    "a({}" + ") " * (BIG // 2),
    "a({x}" + " " * (BIG // 2) + ")" + " " * (BIG // 2) + "x",
    "a({x})" + " " * (BIG // 2) + ";" + " " * (BIG // 2) + ";",
    "," * BIG,
    ", " * (BIG // 2),
    "," + " " * BIG,
    ",} " * (BIG // 3),
    "a=" * (BIG // 2) + " ",
    "a=&" * (BIG // 3) + "&",
)


@settings(deadline=timedelta(seconds=2))  # patterns that go back and forth took half a minute
@given(body=st.sampled_from(HOSTILE))
def test_a_long_body_takes_no_longer_than_its_length(body: str) -> None:
    assert refusal(body).code == "login.unreadable"


@pytest.mark.parametrize(
    "body", ["a({}", "a({});;", "a(b=c)", "a b({})", "({})", "a({})b", "a(({}))"]
)
def test_what_only_looks_like_jsonp_is_unreadable(body: str) -> None:
    assert refusal(body.replace("{}", '{"a": 1}')).code == "login.unreadable"


def test_a_table_with_a_wrong_status_is_unreadable() -> None:
    assert refusal('{"openid": "a"}', 503).context["said"] == "503"


@given(text=st.text(max_size=300) | st.none() | st.integers() | st.lists(st.text()))
def test_a_subject_is_visible_ascii(text: Any) -> None:
    good = (
        isinstance(text, str) and 0 < len(text) <= 255 and all("!" <= sign <= "~" for sign in text)
    )
    found = outcome(lambda: subject_of({"openid": text}, "openid", provider="qq"))
    if good:
        assert found == text_of({"openid": text}, "openid", provider="qq") == text
    else:
        assert isinstance(found, LoginFailed)
        assert found.context == {"provider": "qq", "said": "openid"}


@given(code=st.text(max_size=600))
def test_a_code_of_the_callback_is_visible_ascii(code: str) -> None:
    good = 0 < len(code) <= 512 and all("!" <= sign <= "~" for sign in code)
    found = outcome(lambda: callback_code({"code": code}, "qq"))
    if good:
        assert found == code
    else:
        assert isinstance(found, LoginFailed)
        assert found.code == "login.no_code"


def test_claims_are_unverified_texts() -> None:
    reply = {"a": " Ann ", "b": "", "c": 3, "d": "x" * 3000, "e": None}
    claims = claims_of(reply, nickname="a", picture="b", mail="c", phone="d", other="e", no="f")
    assert claims == {"nickname": Claim(value="Ann")}


def test_a_code_that_is_none_is_left_out() -> None:
    for said in ("Ann Miller", "x" * 41, "", "token/1", None, 1.5, True):
        assert failed("login.provider_said", "qq", said=said).context["said"] == "?"
    assert failed("login.unreadable", "qq").context["said"] == "?"


@pytest.mark.parametrize(
    "good", ["https://a.example", "https://a.example:8443/x/y", "http://127.0.0.1:1", "http://[::1]:9/a",
             "http://localhost:80"],
)  # fmt: skip
@pytest.mark.parametrize(
    "bad", ["http://a.example", "https://a@b.example", "https://a.example?x", "https://a.example#x",
            "http://127.0.0.1.evil.example", "http://localhost.evil.example", "https://", "", "ftp://a",
            "https://a.example\\@b", "https://a.example\n", "//a.example"],
)  # fmt: skip
def test_an_endpoint_is_https_or_on_loopback(good: str, bad: str) -> None:
    @attrs.frozen
    class Settings:
        base: str = attrs.field(validator=endpoint)

    assert Settings(good).base == good
    with pytest.raises(Invalid) as caught:
        Settings(bad)
    assert [(one.where, one.code) for one in caught.value.problems] == [
        ("base", "login.wrong_endpoint")
    ]

"""Where a login may send people: only to what is listed, only to a path of the host."""

import unicodedata
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from saasops.errors import Invalid
from saasops.logins.redirects import (
    LONGEST,
    check_redirects,
    is_listed,
    is_local,
    require_listed,
    require_local,
)
from saasops.testing.strategies.logins import foreign_targets, local_targets, redirects

LISTED = ("https://example.org/cb", "http://127.0.0.1:*/cb", "http://[::1]:8000/cb")
HOST = "https://host.example"


@given(redirects())
def test_what_is_listed_is_listed_and_nothing_near_it(redirect):
    assert check_redirects([redirect]) == ()
    assert is_listed(redirect, [redirect])
    for near in (f"{redirect}/", f"{redirect}#", f" {redirect}", f"{redirect}\n", redirect[:-1]):
        assert not is_listed(near, [redirect])
    assert not is_listed(redirect.upper(), [redirect])
    assert not is_listed(redirect.replace("//", "//a@"), [redirect])


@pytest.mark.parametrize(
    ("redirect", "listed"),
    [
        ("http://127.0.0.1:1/cb", True),
        ("http://127.0.0.1:65535/cb", True),
        ("http://127.0.0.1:*/cb", False),
        ("http://127.0.0.1/cb", False),
        ("http://127.0.0.1:80/cb/", False),
        ("http://127.0.0.1:80@evil.example/cb", False),
        ("http://127.0.0.1:80.evil.example/cb", False),
        ("http://127.0.0.2:80/cb", False),
        ("http://localhost:80/cb", False),
        ("http://[::1]:8000/cb", True),
        ("http://[::1]:8001/cb", False),
        ("https://example.org:443/cb", False),
        ("https://127.0.0.1:80/cb", False),
    ],
)
def test_any_port_only_on_loopback_and_only_where_the_list_says_so(redirect, listed):
    assert is_listed(redirect, LISTED) == listed


@pytest.mark.parametrize(
    "redirect",
    [
        "http://example.org/cb",
        "https://example.org:*/cb",
        "https://user@example.org/cb",
        "https://example.org/cb#a",
        "https://exämple.org/cb",
        "https://example.org/a b",
        "https://example.org/%zz",
        "https://example.org\\cb",
        "javascript:alert(1)",
        "//example.org/cb",
        "/cb",
        "",
        "https://example.org/cb\n",
        f"https://example.org/{'a' * LONGEST}",
    ],
)
def test_a_list_holds_only_what_is_safe(redirect):
    assert [problem.code for problem in check_redirects([redirect])] == ["login.wrong_redirect"]


@given(local_targets())
def test_a_local_target_is_taken_as_it_is(target):
    require_local(target)
    assert urlsplit(urljoin(HOST, target)).netloc == urlsplit(HOST).netloc


@given(foreign_targets())
def test_a_target_that_may_lead_away_is_refused(target):
    assert not is_local(target)
    with pytest.raises(Invalid) as caught:
        require_local(target)
    assert [problem.code for problem in caught.value.problems] == ["login.next_not_local"]


SIGNS = st.sampled_from(
    [
        *("/", "\\", ".", "..", "%2f", "%2F", "%5c", "%25", "%0a", "%", "?", "#", "@", ":", "a"),
        *("evil", "https:", "//", "*", "[::1]", "%E2%88%95", "\t", "\n", " ", "\u2215", "\uff0f"),
        "\ud800",
    ]
)
TYPED = st.lists(SIGNS, max_size=8).map("".join) | st.text(max_size=30)


@settings(max_examples=2000)
@given(TYPED)
@example("/%2525252525252f")
def test_whatever_is_local_stays_on_the_host_however_it_is_read(target):
    if not is_local(target):
        return
    for _ in range(6):
        for read in (target, target.replace("\\", "/"), unicodedata.normalize("NFKC", target)):
            path = read.partition("?")[0].partition("#")[0]
            assert not path.startswith("//")
            assert urlsplit(urljoin(HOST, path)).netloc == urlsplit(HOST).netloc
            assert not any(unicodedata.category(sign) == "Cc" for sign in read)
        target = unquote(target)


@settings(max_examples=500)
@given(TYPED, st.lists(TYPED | redirects(), max_size=3))
def test_only_a_bool_or_invalid_comes_out(typed, listed):
    assert is_local(typed) in {True, False}
    assert is_listed(typed, listed) in {True, False}
    check_redirects([typed, *listed])
    if not is_listed(typed, listed):
        with pytest.raises(Invalid) as caught:
            require_listed(typed, listed)
        assert [problem.code for problem in caught.value.problems] == ["login.redirect_not_listed"]
        assert [problem.context for problem in caught.value.problems] == [{}]

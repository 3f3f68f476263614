"""The transport of the standard library against a server that misbehaves."""

import socket
import threading
import traceback
from itertools import count
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from misbehaving import misbehaving

from saasops.errors import LoginFailed
from saasops.logins.http import LARGEST, HttpRequest, HttpTransport
from saasops.transports import connections, standard
from saasops.transports.standard import StandardTransport

SECRET = "code-of-nobody-4711"
TRANSPORT = StandardTransport()


@pytest.fixture
def server():
    with misbehaving() as made:
        yield made


def ask(url, **more):
    more = {"timeout": 2.0} | more
    return TRANSPORT.send(HttpRequest(url=f"{url}/?code={SECRET}", **more))


def failure(url, **more):
    """Return why asking failed, after looking for the address in everything that is told."""
    with pytest.raises(LoginFailed) as caught:
        ask(url, **more)
    error = caught.value
    told = "".join(traceback.format_exception(error))
    assert SECRET not in told
    assert error.__context__ is None
    return error


def test_it_is_a_transport():
    assert isinstance(TRANSPORT, HttpTransport)


def test_a_request_arrives_as_it_is_and_so_does_the_answer(server):
    server.answers(
        "200 OK", "小明".encode(), Content_Type="text/plain; charset=iso-8859-1", X_A="b"
    )
    reply = ask(server.url, method="POST", headers={"X-Token": SECRET}, body=b"a=1&b=2")
    assert (reply.status, reply.headers["x-a"]) == (200, "b")
    assert reply.body.decode() == "小明"
    head, _, body = server.heard[0].partition(b"\r\n\r\n")
    assert head.startswith(f"POST /?code={SECRET} HTTP/1.1\r\n".encode())
    assert f"X-Token: {SECRET}".encode() in head
    assert b"User-Agent: saasops\r\n" in head
    assert body == b"a=1&b=2"
    assert SECRET not in repr(reply)


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "404 Gone", "500 Oh", "503 Busy"])
def test_an_error_of_the_other_side_is_an_answer(server, status):
    server.answers(status, b"{}")
    reply = ask(server.url)
    assert (reply.status, reply.body) == (int(status[:3]), b"{}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_and_no_cookie_kept(server, status):
    server.answers(f"{status} Away", Location=f"{server.url}/other", Set_Cookie="a=1; Path=/")
    transport = StandardTransport()
    for _ in range(2):
        assert transport.send(HttpRequest(url=server.url)).status == status
    assert len(server.heard) == 2
    assert not any(b"cookie" in head.lower() for head in server.heard)


@pytest.mark.parametrize("status", [200, 302, 401, 500])
def test_https_is_answered_as_http_is(status):
    answer = SimpleNamespace(code=status, msg="", info=dict)
    ((tls,),) = [TRANSPORT._opener.process_response["https"]]
    assert tls.https_response(SimpleNamespace(), answer) is answer


def test_no_proxy_of_the_environment_is_asked_unless_it_shall_be(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, server.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server.answers("200 OK")
    with misbehaving() as other:
        other.answers("200 OK")
        assert StandardTransport().send(HttpRequest(url=other.url)).status == 200
        assert (len(other.heard), len(server.heard)) == (1, 0)
        assert StandardTransport(proxies=True).send(HttpRequest(url=other.url)).status == 200
        assert (len(other.heard), len(server.heard)) == (1, 1)


@pytest.mark.parametrize("size", [LARGEST, LARGEST + 1, 10 * LARGEST])
def test_a_body_is_read_up_to_a_limit(server, size):
    server.answers("200 OK", b"a" * size)
    if size <= LARGEST:
        assert len(ask(server.url).body) == size
        return
    error = failure(server.url)
    assert (error.code, error.context) == ("login.oversized", {"most": LARGEST})


def test_an_endless_body_without_a_length_is_not_read_to_its_end(server):
    def say(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not server.ended.is_set():
            connection.sendall(b"a" * 4096)

    server.say = say
    assert failure(server.url).code == "login.oversized"


CUT = {
    "nothing": b"",
    "half a status": b"HTTP/1.1 2",
    "no status": b"hello\r\n\r\n",
    "wrong status": b"HTTP/1.1 two OK\r\n\r\n",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc",
    "a wrong chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
    "no last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 300 + b"\r\n",
    "a long header": b"HTTP/1.1 200 OK\r\na: " + b"b" * 100_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("name", CUT)
def test_an_answer_that_is_cut_off_or_none_is_no_answer(server, name):
    server.says(CUT[name])
    assert failure(server.url).code == "login.unreachable"


def test_a_header_may_be_in_any_charset(server):
    server.answers("200 OK", b"\xff\xfe", Content_Type="text/plain; charset=\xe9\xff")
    assert ask(server.url).body == b"\xff\xfe"


@pytest.mark.parametrize(
    "first", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na"]
)
def test_who_stops_talking_is_not_waited_for(server, first):
    def say(connection):
        connection.sendall(first)
        server.ended.wait(30)

    server.say = say
    error = failure(server.url, timeout=0.2)
    assert (error.code, error.context) == ("login.unreachable", {"reason": "TimeoutError"})
    server.ended.set()


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
        (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n", b"a"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12c;", b"a"),
    ],
)
def test_who_talks_drop_by_drop_is_not_heard_to_the_end(server, first, drop):
    """The fewest drops that would be an answer or too much are 64 of the headers."""
    said = []

    def say(connection):
        connection.sendall(first)
        while not server.ended.wait(0.02) and len(said) < 300:
            connection.sendall(drop)
            said.append(1)

    server.say = say
    error = failure(server.url, timeout=0.1)
    assert (error.code, error.context) == ("login.unreachable", {"reason": "TimeoutError"})
    assert len(said) < 300


def leads(monkeypatch, *places):
    """Have every name lead to *places*; return the names that were looked up."""
    asked = []

    def look(host, port, *_, **__):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (a, p or port)) for a, p in places]

    monkeypatch.setattr(socket, "getaddrinfo", look)
    return asked


def test_all_addresses_of_a_name_are_tried_in_one_time(monkeypatch):
    ticks, places = count(), [("127.0.0.1", 1)] * 100
    monkeypatch.setattr(connections, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    leads(monkeypatch, *places)
    assert failure("http://localhost", timeout=1.5).context == {"reason": "TimeoutError"}
    ticks = count(step=0)
    assert failure("http://localhost").context == {"reason": "ConnectionRefusedError"}


def port_of(server):
    return int(server.url.rpartition(":")[2])


@pytest.mark.parametrize("host", ["id.example.com", "127.0.0.1", "localhost", "%6cocalhost"])
def test_https_leads_to_the_open_network_alone_unless_it_shall_not(server, monkeypatch, host):
    """A name is looked up once: what it leads to later does not matter."""
    inside = ("127.0.0.1", port_of(server))
    asked = leads(monkeypatch, inside)
    assert failure(f"https://{host}").context == {"reason": "PrivateAddressError"}
    assert len(asked) == 1
    assert server.heard == []
    with pytest.raises(LoginFailed) as caught:
        StandardTransport(private=True).send(HttpRequest(url=f"https://{host}", timeout=0.2))
    assert caught.value.context == {"reason": "TimeoutError"}


def test_of_several_addresses_only_the_open_ones_are_connected_to(monkeypatch):
    monkeypatch.setattr(standard, "is_open", lambda address: address == "127.0.0.1")
    transport = StandardTransport()
    with misbehaving() as server:
        leads(monkeypatch, ("127.0.0.2", port_of(server)), ("127.0.0.1", port_of(server)))
        with pytest.raises(LoginFailed) as caught:
            transport.send(HttpRequest(url="https://id.example.com", timeout=0.2))
    assert caught.value.context == {"reason": "TimeoutError"}
    assert b"id.example.com" in server.heard[0]  # the name is said, for the certificate


def test_http_leads_to_loopback_alone_whatever_localhost_is(monkeypatch):
    leads(monkeypatch, ("192.0.2.1", 0))
    assert failure("http://localhost").context == {"reason": "PrivateAddressError"}


def test_a_proxy_looks_names_up_itself(server, monkeypatch):
    monkeypatch.setenv("https_proxy", server.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server.answers("403 No")
    with pytest.raises(LoginFailed):
        StandardTransport(proxies=True).send(HttpRequest(url="https://id.example.com"))
    assert server.heard[0].startswith(b"CONNECT id.example.com:443 ")


def test_nobody_there_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert failure(url).context == {"reason": "ConnectionRefusedError"}


INSECURE = (
    "http://example.org",
    "http://127.0.0.1.example.org",
    "http://localhost.example.org",
    "http://user:pass@127.0.0.1",
    "http://[::2]",
    "http://0.0.0.0",
    "ftp://127.0.0.1",
    "file:///etc/hostname",
    "data:text/plain,a",
    "//127.0.0.1",
    "127.0.0.1",
    "",
    "http://[",
    "http://127.0.0.1:x",
    "https://",
)


@pytest.mark.parametrize("url", INSECURE)
def test_only_https_and_loopback_are_asked(url):
    assert failure(url).code == "login.insecure"


@settings(max_examples=200)
@given(
    st.sampled_from(["http://127.0.0.1:1", "http://[::1]:1", ""]),
    st.text(max_size=20) | st.sampled_from(["/\r\nA: b", "/a b", "/é", "/\0"]),
    st.dictionaries(st.sampled_from(["A", "B\r\nC", "é"]), st.text(max_size=5), max_size=2),
)
def test_whatever_is_asked_only_a_failed_login_comes_out(host, path, headers):
    request = HttpRequest(url=host + path, headers=headers, timeout=0.05, method="GET")
    with pytest.raises(LoginFailed) as caught:
        TRANSPORT.send(request)
    assert caught.value.code in {"login.insecure", "login.unreachable"}
    assert caught.value.__context__ is None


def test_many_threads_may_ask_at_once(server):
    server.answers("200 OK", b"a")
    transport, seen = StandardTransport(), []
    threads = [
        threading.Thread(
            target=lambda: seen.append(transport.send(HttpRequest(url=server.url)).body)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert seen == [b"a"] * 8

"""A server on loopback that says to one connection after another whatever bytes it is told."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

Say: TypeAlias = Callable[[socket.socket], None]


class Misbehaving:
    """Hear each request to its end of headers and body, then let `say` have the connection."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.say: Say = lambda _: None
        self.heard: list[bytes] = []
        self.ended = threading.Event()
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def answers(self, status: str, body: bytes = b"", **headers: str) -> None:
        """Say one whole answer to each request."""
        lines = {"Content-Length": str(len(body)), "Connection": "close"}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.says(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body)

    def says(self, raw: bytes) -> None:
        self.say = lambda connection: connection.sendall(raw)

    def close(self) -> None:
        self.ended.set()
        self._listener.close()
        self._thread.join(timeout=30)

    def _serve(self) -> None:
        while not self.ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self.heard.append(_request(connection))
                    self.say(connection)
                except OSError:
                    continue


def _request(connection: socket.socket) -> bytes:
    connection.settimeout(10)
    raw = b""
    while b"\r\n\r\n" not in raw:
        part = connection.recv(65536)
        if not part:
            return raw
        raw += part
    head, _, body = raw.partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    wanted = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < wanted and (part := connection.recv(65536)):
        body += part
    return head + b"\r\n\r\n" + body


@contextmanager
def misbehaving() -> Iterator[Misbehaving]:
    server = Misbehaving()
    try:
        yield server
    finally:
        # accept() of another thread wakes only for a connection.
        server.ended.set()
        with socket.create_connection(server._listener.getsockname()):
            pass
        server.close()

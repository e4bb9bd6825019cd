"""Against the websockets package's own server, and one that speaks no WebSocket."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.sync.server import basic_auth, serve

from harness.capture.websocket import Closed, WebSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _speak(connection: Any) -> None:
    for message in connection:
        match message:
            case "close":
                connection.close(1001, "going")
                return
            case "ping":
                connection.ping()
                connection.send("pinged")
            case "parts":
                connection.send(iter(["one ", "two ", "three"]))
            case _:
                connection.send(message)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve(_speak, "127.0.0.1", 0, max_size=None, compression=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/path?query=1"
        server.shutdown()
        thread.join()


@pytest.fixture
def opened(address: str) -> Iterator[WebSocket]:
    connection = WebSocket(address)
    yield connection
    connection.close()


@pytest.mark.parametrize("text", ["", "a", "x" * 125, "x" * 126, "x" * 65_535, "x" * 65_536, "ü€\U0001f600" * 50_000])
def test_what_is_sent_comes_back(opened: WebSocket, text: str) -> None:
    opened.send(text.encode())
    assert opened.receive(10).decode() == text


def test_a_name_and_password_of_the_address_are_sent() -> None:
    with serve(_speak, "127.0.0.1", 0, process_request=basic_auth(credentials=("grid", "a b:c"))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        place = f"127.0.0.1:{server.socket.getsockname()[1]}/"
        connection = WebSocket(f"ws://grid:a%20b%3Ac@{place}")
        connection.send(b"in")
        assert connection.receive(10) == b"in"
        connection.close()
        with pytest.raises(Closed, match="401"):
            WebSocket(f"ws://grid:wrong@{place}")
        server.shutdown()
        thread.join()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(texts=st.lists(st.text(st.characters(codec="utf-8")).filter(lambda text: text not in ("close", "ping", "parts")), max_size=5))
def test_any_texts_in_order(opened: WebSocket, texts: list[str]) -> None:
    opened.send(*(text.encode() for text in texts))
    assert [opened.receive(10).decode() for _ in texts] == texts


def test_a_message_in_parts_and_one_beside_a_ping(opened: WebSocket) -> None:
    opened.send(b"parts")
    assert opened.receive(10) == b"one two three"
    opened.send(b"ping", b"after")
    while not opened._buffer.endswith(b"after"):
        opened._buffer += opened._socket.recv(1000)
    assert not opened.ready
    assert opened.receive(10) == b"pinged"
    assert opened.ready
    assert opened.receive(10) == b"after"


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 300_000])
def test_it_is_known_whether_a_whole_message_is_here(opened: WebSocket, size: int) -> None:
    assert not opened.ready
    opened.send(b"a" * size, b"b" * size)
    assert opened.receive(10) == b"a" * size
    while not opened.ready:
        opened._buffer += opened._socket.recv(1000)
    assert opened.receive(0) == b"b" * size
    assert not opened.ready


def test_nothing_in_time(opened: WebSocket) -> None:
    with pytest.raises(TimeoutError):
        opened.receive(0.01)
    opened.send(b"still open")
    assert opened.receive(10) == b"still open"


def test_an_end_by_the_other_side(opened: WebSocket) -> None:
    opened.send(b"close")
    with pytest.raises(Closed, match="going"):
        opened.receive(10)


def test_an_end_by_this_side_wakes_the_reader(address: str) -> None:
    connection, ended = WebSocket(address), threading.Event()

    def read() -> None:
        with pytest.raises(Closed):
            connection.receive(30)
        ended.set()

    thread = threading.Thread(target=read)
    thread.start()
    connection.close()
    assert ended.wait(10)
    thread.join()
    with pytest.raises(Closed):
        connection.send(b"x")


@pytest.fixture
def rude() -> Iterator[Callable[[bytes], str]]:
    listeners: list[socket.socket] = []

    def answering(reply: bytes) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve_one() -> None:
            connection, _ = listener.accept()
            connection.recv(4096)
            connection.sendall(reply)
            connection.close()

        threading.Thread(target=serve_one, daemon=True).start()
        return f"ws://127.0.0.1:{listener.getsockname()[1]}/"

    yield answering
    for listener in listeners:
        listener.close()


@pytest.mark.parametrize(
    "reply",
    [b"HTTP/1.1 404 Not Found\r\n\r\n", b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: no\r\n\r\n", b"", b"\0" * 70_000],
)
def test_an_answer_that_is_none(rude: Callable[[bytes], str], reply: bytes) -> None:
    with pytest.raises(OSError, match=r"WebSocket|reset"):
        WebSocket(rude(reply), timeout=5)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "ws:///x", "nonsense"])
def test_no_address(url: str) -> None:
    with pytest.raises(Closed, match="no WebSocket address"):
        WebSocket(url)

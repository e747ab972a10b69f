"""Requests to addresses that a customer names: which may be called, and that no other ever is."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from confab.platform.errors import DeliveryFailed
from confab.platform.outbound import Outbound, is_public

PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "::",
    "::1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "2002:a00:1::",
    "64:ff9b::a00:1",
    "64:ff9b::a9fe:a9fe",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_with_a_private_address_is_never_called(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    for addresses in ([address], ["93.184.216.34", address]):
        outbound = Outbound(resolve=lambda host, port, found=addresses: found)
        with pytest.raises(DeliveryFailed, match="not a public one"):
            outbound.post("https://bot.example.com/", b"{}", {}, seconds=1)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_given_a_public_address_when_checked_then_it_may_be_called(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "http://127.0.0.1/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@example.com/",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com/\r\nx: y",
        "https://ex\u00e4mple.com/",
        "https://example.com/" + "x" * 2048,
        "example.com",
    ],
)
def test_a_forbidden_url_is_refused_before_any_look_up(url: str) -> None:
    def never(host: str, port: int) -> list[str]:
        raise AssertionError("looked up")

    with pytest.raises(DeliveryFailed):
        Outbound(resolve=never).post(url, b"{}", {}, seconds=1)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "localhost", "[::1]", "[::ffff:7f00:1]"]
)
def test_given_this_machine_under_any_spelling_when_deployed_then_it_is_refused(host: str) -> None:
    with pytest.raises(DeliveryFailed):
        Outbound().post(f"https://{host}/", b"{}", {}, seconds=2)


LOOPBACK = ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "127.1", "localhost", "LOCALHOST."]


def _never(host: str, port: int) -> list[str]:
    raise AssertionError("looked up")


@pytest.mark.parametrize(
    "host",
    [
        *(f"[{address}]" if ":" in address else address for address in PRIVATE if address not in ("127.0.0.1", "::1")),
        *(
            "0xa9fea9fe",
            "0251.0376.0251.0376",
            "10.1",
            "169.254.169.254.",
            "[fe80::1%25eth0]",
            "256.1.1.1",
            "1.2.3.4.5",
        ),
        *("a.localhost", "printer", "nas.local", "metadata.google.internal", "router.home.arpa", "x.onion", "x.test"),
    ],
)
def test_an_unreachable_host_is_refused_without_a_look_up(host: str) -> None:
    for outbound in (Outbound(resolve=_never), Outbound(resolve=_never, allow_loopback=True)):
        with pytest.raises(DeliveryFailed, match=r"public|valid"):
            outbound.require_reachable(f"https://{host}/hook")


@pytest.mark.parametrize("host", LOOPBACK)
def test_only_a_local_stack_takes_this_machine_in_any_spelling(host: str) -> None:
    for scheme in ("http", "https"):
        Outbound(resolve=_never, allow_loopback=True).require_reachable(f"{scheme}://{host}:8765/")
        with pytest.raises(DeliveryFailed):
            Outbound(resolve=_never).require_reachable(f"{scheme}://{host}:8765/")


@pytest.mark.parametrize(
    "url",
    [
        "https://bot.example.com/confab",
        "https://bot.example.com.:8443/",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1::1]:8443/x?y=1",
        "https://xn--bcher-kva.example.net/",
        "https://localhost.example.com/",
        "https://0xy.example.com/",
    ],
)
def test_given_a_public_host_when_checked_then_it_is_taken(url: str) -> None:
    Outbound().require_reachable(url)


@pytest.mark.parametrize("url", ["http://bot.example.com/", "https://bot.example.com:0/", "gopher://bot.example.com/"])
def test_given_a_scheme_or_port_that_is_not_called_when_checked_then_it_is_refused(url: str) -> None:
    for outbound in (Outbound(), Outbound(allow_loopback=True)):
        with pytest.raises(DeliveryFailed):
            outbound.require_reachable(url)


def test_a_local_stack_refuses_http_to_other_machines() -> None:
    outbound = Outbound(allow_loopback=True, resolve=lambda host, port: ["93.184.216.34"])
    with pytest.raises(DeliveryFailed, match="this machine itself only"):
        outbound.post("http://example.com/", b"{}", {}, seconds=1)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server


def _request(connection: socket.socket) -> bytes:
    """A whole request: a server that closes before it has read everything resets the connection under its answer."""
    request = b""
    while not request.endswith(b"{}") and (piece := connection.recv(65536)):
        request += piece
    return request


def _serve(listener: socket.socket, pieces: list[bytes], pause: float = 0.0) -> None:
    def serve() -> None:
        connection, _ = listener.accept()
        with closing(connection):
            _request(connection)
            for piece in pieces:
                try:
                    connection.sendall(piece)
                except OSError:
                    return
                time.sleep(pause)

    threading.Thread(target=serve, daemon=True).start()


def _post(listener: socket.socket, seconds: float = 1.0) -> bytes:
    looked_up: list[str] = []

    def once(host: str, port: int) -> list[str]:
        looked_up.append(host)
        assert len(looked_up) == 1, "a second look-up could say something else"
        return ["127.0.0.1"]

    outbound = Outbound(allow_loopback=True, resolve=once)
    port = listener.getsockname()[1]
    return outbound.post(f"http://bot.test:{port}/path?q=1", b"{}", {"x-test": "1"}, seconds=seconds).body


def test_a_name_is_looked_up_once_and_named_in_the_request(listener: socket.socket) -> None:
    seen: list[bytes] = []

    def serve() -> None:
        connection, _ = listener.accept()
        with closing(connection):
            seen.append(_request(connection))
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    threading.Thread(target=serve, daemon=True).start()
    assert _post(listener) == b"ok"
    port = listener.getsockname()[1]
    assert seen[0].startswith(b"POST /path?q=1 HTTP/1.1\r\n")
    assert seen[0].lower().count(b"\r\nhost: bot.test:%d\r\n" % port) == 1


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"],
)
def test_given_a_trickle_that_never_ends_when_the_time_is_up_then_it_is_cut(
    listener: socket.socket, start: bytes
) -> None:
    _serve(listener, [start, *[b"x"] * 100], pause=0.05)
    began = time.monotonic()
    with pytest.raises(DeliveryFailed, match=r"no answer within 0\.3 seconds"):
        _post(listener, seconds=0.3)
    assert time.monotonic() - began < 2


def test_given_an_answer_without_end_when_it_passes_the_limit_then_it_is_refused(listener: socket.socket) -> None:
    _serve(listener, [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 65536] * 40])
    with pytest.raises(DeliveryFailed, match="more than 1048576 bytes"):
        _post(listener, seconds=5)


def test_given_no_http_when_it_answers_then_the_connection_failed(listener: socket.socket) -> None:
    _serve(listener, [b"SSH-2.0-OpenSSH\r\n"])
    with pytest.raises(DeliveryFailed, match="the connection failed"):
        _post(listener)


def test_given_nobody_listening_when_posted_then_the_connection_failed() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    with pytest.raises(DeliveryFailed, match="the connection failed"):
        Outbound(allow_loopback=True).post(f"http://127.0.0.1:{port}/", b"{}", {}, seconds=1)

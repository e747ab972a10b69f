"""Requests to addresses that a customer names: never to anything private, never further than was checked.

The name is resolved once, every address it has is checked, and the connection goes to a checked address while the
certificate is checked against the name: what a second look-up would say does not matter. No redirects, no proxies, a
limit in bytes, and one limit in time for all of it. Written by hand because the packages for it wrap clients (httpx,
requests) that would double what the functions load.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from confab.platform.errors import AddressRefused, DeliveryFailed

MAX_ANSWER: Final = 1024 * 1024
CONNECT_SECONDS: Final = 3.0
MAX_URL: Final = 2048
_CHUNK: Final = 64 * 1024
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_LOCALHOST: Final = "localhost"
_NOT_IN_DNS: Final = ("alt", "example", "home.arpa", "internal", "invalid", "local", _LOCALHOST, "onion", "test")
"""Domains that the internet's name servers never have (IANA, special-use domain names)."""
_NUMBER: Final = re.compile(r"\d+|0x[0-9a-f]*")

_HTTP_ELSEWHERE: Final = "http:// is taken for this machine itself only; the URL must begin with https://"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answered:
    """A good answer: its status, from 200 to 299, and its body."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart."""

    secure: bool
    host: str
    port: int
    path: str


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, in the resolver's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet's, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


class Outbound:
    """Makes the requests.

    Args:
        allow_loopback: whether this machine itself may be called, over plain http too; only for a local stack.
        resolve: looks names up.
    """

    def __init__(self, *, allow_loopback: bool = False, resolve: Resolve = resolve) -> None:
        self._allow_loopback = allow_loopback
        self._resolve = resolve

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    @cached_property
    def _resolvers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(4)

    def target(self, url: str) -> Target:
        """A URL that may be called, as far as its text says.

        Raises:
            AddressRefused: it may not.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise AddressRefused("the URL is not valid") from None
        if len(url) > MAX_URL or not url.isascii() or any(char <= " " for char in url):
            raise AddressRefused("the URL is too long or has characters that must be escaped")
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise AddressRefused("the URL must begin with https://")
        if parts.username is not None or parts.password is not None:
            raise AddressRefused("the URL must not hold a user name or a password")
        if port == 0:
            raise AddressRefused("the URL's port must be from 1 to 65535")
        if parts.scheme == "http" and not self._allow_loopback:
            raise AddressRefused("the URL must begin with https://")
        secure = parts.scheme == "https"
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(secure, parts.hostname, port or (443 if secure else 80), path)

    def require_reachable(self, url: str) -> None:
        """Check that a URL could be called at all. Names are not looked up: what they stand for may change.

        Raises:
            AddressRefused: it could not, by its text alone.
        """
        target = self.target(url)
        host = target.host.rstrip(".")
        address = _literal(host)
        if address is not None:
            self._check(target, address)
        elif host == _LOCALHOST and self._allow_loopback:
            return
        elif not target.secure:
            raise AddressRefused(_HTTP_ELSEWHERE)
        elif "." not in host or any(host == name or host.endswith(f".{name}") for name in _NOT_IN_DNS):
            raise AddressRefused("the host's name is not a public one")

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Answered:
        """Post a body and return the answer.

        Raises:
            DeliveryFailed: the address may not be called, or there was no good answer in time.
        """
        deadline = time.monotonic() + seconds
        target = self.target(url)
        addresses = self._addresses(target, deadline)
        try:
            return self._exchange(target, addresses, body, headers, deadline)
        except TimeoutError:
            raise DeliveryFailed(f"no answer within {seconds:g} seconds") from None
        except ssl.SSLError as error:
            raise DeliveryFailed(f"the secure connection failed: {error.reason or type(error).__name__}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() >= deadline:
                raise DeliveryFailed(f"no answer within {seconds:g} seconds") from None
            raise DeliveryFailed(f"the connection failed: {type(error).__name__}") from None

    def _addresses(self, target: Target, deadline: float) -> list[str]:
        """The addresses of the target, all of which may be called."""
        try:
            found = self._resolvers.submit(self._resolve, target.host, target.port).result(_left(deadline))
        except NotInTime:
            raise DeliveryFailed("the host's name could not be looked up in time") from None
        except (OSError, UnicodeError):
            raise DeliveryFailed("the host's name could not be looked up") from None
        if not found:
            raise DeliveryFailed("the host's name has no address")
        for address in found:
            self._check(target, ipaddress.ip_address(address.partition("%")[0]))
        return list(found)

    def _check(self, target: Target, address: Address) -> None:
        if self._allow_loopback and address.is_loopback:
            return
        if not target.secure:
            raise AddressRefused(_HTTP_ELSEWHERE)
        if not is_public(address):
            raise AddressRefused("the host's address is not a public one")

    def _exchange(
        self, target: Target, addresses: Sequence[str], body: bytes, headers: Mapping[str, str], deadline: float
    ) -> Answered:
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = self._connected(target, addresses, deadline)
        # One timer for all of it: a socket's own timeout begins again with every byte.
        watch = threading.Timer(_left(deadline), _cut, (connection.sock,))
        watch.daemon = True
        watch.start()
        try:
            connection.request("POST", target.path, body, {**headers, "host": _host(target), "connection": "close"})
            # A response to "connection: close" takes the socket over: closing the connection would leave it open.
            with connection.getresponse() as response:
                return self._answer(response, deadline)
        finally:
            watch.cancel()
            connection.close()

    def _connected(self, target: Target, addresses: Sequence[str], deadline: float) -> socket.socket:
        """A connection to the first address that takes one."""
        failed: OSError = OSError("no address")
        for address in addresses:
            try:
                raw = socket.create_connection((address, target.port), min(CONNECT_SECONDS, _left(deadline)))
            except OSError as error:
                failed = error
                continue
            try:
                raw.settimeout(_left(deadline))
                return self._tls.wrap_socket(raw, server_hostname=target.host.rstrip(".")) if target.secure else raw
            except BaseException:
                raw.close()
                raise
        if isinstance(failed, TimeoutError):
            raise DeliveryFailed(f"no connection within {CONNECT_SECONDS:g} seconds")
        raise failed

    @staticmethod
    def _answer(response: http.client.HTTPResponse, deadline: float) -> Answered:
        status = response.status
        if 300 <= status < 400:
            raise DeliveryFailed(f"it answered {status}; redirects are not followed", status=status)
        if not 200 <= status < 300:
            after = response.getheader("retry-after")
            raise DeliveryFailed(f"it answered {status}", status=status, retry_after=after)
        body = bytearray()
        while chunk := response.read1(_CHUNK):
            body += chunk
            if len(body) > MAX_ANSWER:
                raise DeliveryFailed(f"its answer has more than {MAX_ANSWER} bytes")
        if time.monotonic() >= deadline:
            raise TimeoutError
        if response.length:
            raise DeliveryFailed("its answer ended early")
        return Answered(status, bytes(body))


def _literal(host: str) -> Address | None:
    """The address that a host stands for by itself, in any spelling that resolvers take; None for a name.

    Raises:
        AddressRefused: it ends like an address and is none.
    """
    if ":" in host:
        return ipaddress.ip_address(host.partition("%")[0])
    if not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return None
    try:
        return ipaddress.ip_address(socket.inet_aton(host))
    except OSError:
        raise AddressRefused("the URL's host is not a valid address") from None


def _host(target: Target) -> str:
    name = f"[{target.host}]" if ":" in target.host else target.host
    return name if target.port == (443 if target.secure else 80) else f"{name}:{target.port}"


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _cut(connection: socket.socket) -> None:
    """End a connection under whoever reads it; past the TLS layer, which another thread must not touch."""
    try:
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        return

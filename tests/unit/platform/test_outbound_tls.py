"""Deliveries over TLS: the certificate must be vouched for, and be of the name in the URL, not of the address."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from confab.platform.errors import DeliveryFailed
from confab.platform.outbound import Outbound
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "bot.example.com"
BODY = b"{}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of the name, with its key; it vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def _serving(certificate: Path) -> Iterator[tuple[int, list[bytes]]]:
    """One connection's server, on the port; what it was sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    seen: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve() -> None:
            raw, _ = listener.accept()
            with closing(raw), suppress(OSError), context.wrap_socket(raw, server_side=True) as connection:
                request = b""
                # A server that closes before it has read everything resets the connection under its answer.
                while not request.endswith(BODY) and (piece := connection.recv(65536)):
                    request += piece
                seen.append(request)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], seen
        thread.join(5)


def _post(host: str, port: int) -> bytes:
    outbound = Outbound(allow_loopback=True, resolve=lambda name, at: ["127.0.0.1"])
    return outbound.post(f"https://{host}:{port}/", BODY, {}, seconds=5).body


@pytest.mark.parametrize("host", [NAME, f"{NAME}.", NAME.upper()])
def test_a_certificate_serves_any_spelling_of_its_name(
    certificate: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with _serving(certificate) as (port, seen):
        assert _post(host, port) == b"ok"
    assert len(seen) == 1


@pytest.mark.parametrize("host", ["other.example.com", "example.com", "127.0.0.1"])
def test_given_the_certificate_of_another_name_when_posted_then_nothing_is_sent(
    certificate: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with _serving(certificate) as (port, seen), pytest.raises(DeliveryFailed, match="the secure connection failed"):
        _post(host, port)
    assert seen == []


def test_nothing_is_sent_to_an_untrusted_certificate(certificate: Path) -> None:
    with _serving(certificate) as (port, seen), pytest.raises(DeliveryFailed, match="the secure connection failed"):
        _post(NAME, port)
    assert seen == []

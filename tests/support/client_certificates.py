"""An authority, a server's certificate and two clients', made for one test."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CLIENTS = ("camera", "stranger")


@dataclass(frozen=True)
class Certificates:
    """PEM files below one folder."""

    folder: Path

    @property
    def authority(self) -> Path:
        """Whom the server trusts."""
        return self.folder / "authority.pem"

    @property
    def server(self) -> Path:
        """The server's certificate, for 127.0.0.1."""
        return self.folder / "server.pem"

    @property
    def server_key(self) -> Path:
        """Its key."""
        return self.folder / "server.key"

    def fingerprint(self, client: str) -> str:
        """Hex SHA-256 of a client's certificate."""
        certificate = x509.load_pem_x509_certificate((self.folder / f"{client}.pem").read_bytes())
        return certificate.fingerprint(hashes.SHA256()).hex()

    def context(self, client: str | None) -> ssl.SSLContext:
        """A client's TLS, without a certificate for None."""
        context = ssl.create_default_context(cafile=str(self.authority))
        if client is not None:
            context.load_cert_chain(self.folder / f"{client}.pem", self.folder / f"{client}.key")
        return context


def make_certificates(folder: Path, *further: str) -> Certificates:
    """Make them all, and those of `further` clients; valid for a day around now."""
    key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("authority", key, None, key)
    _write(folder, "authority", authority, key)
    for name in ("server", *CLIENTS, *further):
        own = ec.generate_private_key(ec.SECP256R1())
        _write(folder, name, _certificate(name, own, authority, key), own)
    return Certificates(folder)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate | None,
    signer: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if authority is None else authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
    )
    if name == "server":
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signer, hashes.SHA256())


def _write(folder: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )

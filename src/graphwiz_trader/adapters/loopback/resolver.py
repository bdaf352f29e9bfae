"""
Resolver: unmodified clients on their production addresses, which lead to this machine.

Every host name is answered with the loopback venue's TLS door, so that nothing can leave the
machine; the certificate is signed by an authority that only the returned session knows.
"""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from aiohttp import ClientSession, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typing_extensions import override

from graphwiz_trader.domain.value import value

PRODUCTION_HOSTS = (
    "*.binance.com",
    "binance.com",
    "*.okx.com",
    "okx.com",
    "localhost",
)
_FOREVER = timedelta(days=3_650)


@value
class Authority:
    """A certificate authority of its own and a server certificate, as files of a folder."""

    ca: Path
    chain: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        """Return what a server presents itself with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context

    def client(self) -> ssl.SSLContext:
        """Return what a client trusts: this authority and no other."""
        return ssl.create_default_context(cafile=str(self.ca))


class LoopbackResolver(AbstractResolver):
    """Answers every name with one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    @override
    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        """Return this machine, whatever was asked for."""
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=self._port, family=2, proto=0, flags=0
            )
        ]

    @override
    async def close(self) -> None:
        """Nothing is open."""


def loopback_session(port: int, authority: Authority) -> ClientSession:
    """Return a session whose every request ends at *port* of this machine; close it yourself."""
    return ClientSession(
        connector=TCPConnector(resolver=LoopbackResolver(port), ssl=authority.client())
    )


def make_authority(folder: Path, hosts: Sequence[str] = PRODUCTION_HOSTS) -> Authority:
    """Make an authority and a certificate for *hosts* in *folder*, valid for ten years."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = _name("GraphWiz loopback authority")
    ca = _certificate(ca_name, ca_name, ca_key.public_key(), ca_key, None)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _certificate(_name("loopback"), ca_name, key.public_key(), ca_key, hosts)
    paths = Authority(folder / "ca.pem", folder / "chain.pem", folder / "key.pem")
    paths.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    paths.chain.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    paths.key.touch(mode=0o600)
    paths.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    hosts: Sequence[str] | None,
) -> x509.Certificate:
    """Return a certificate for *hosts*, or of an authority if there are none."""
    began = datetime.now(UTC) - timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + _FOREVER)
        .add_extension(x509.BasicConstraints(ca=hosts is None, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if hosts is not None:
        names: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
        names.append(x509.IPAddress(ip_address("127.0.0.1")))
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    else:
        builder = builder.add_extension(_ca_usage(), critical=True)
    return builder.sign(signer, hashes.SHA256())


def _ca_usage() -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**dict.fromkeys(names, False), key_cert_sign=True, crl_sign=True)

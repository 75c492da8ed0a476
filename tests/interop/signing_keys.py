"""The test keys for signatures as files: private keys in PKCS #8, certificates that are their own authority."""
from __future__ import annotations

import datetime
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

import gurux_support as support

TITLES = {"client": b"CLIENT01", "server": b"SERVER01"}


def certificate(key, title):
    """A certificate for signatures; its subject is the system title, as the standard has it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title.hex().upper())])
    usage = x509.KeyUsage(digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
                          key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, datetime.datetime(2020, 1, 1),
                                      datetime.datetime(2049, 12, 31))
    algorithm = hashes.SHA256() if key.curve.key_size == 256 else hashes.SHA384()
    return builder.add_extension(usage, critical=True).sign(key, algorithm)


def write(folder, suite):
    """client.pem, client.crt, server.pem and server.crt."""
    for role, title in TITLES.items():
        key = support.test_signing_key(role, suite)
        private = folder / f"{role}.pem"
        with open(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                         serialization.NoEncryption()))
        (folder / f"{role}.crt").write_bytes(certificate(key, title).public_bytes(serialization.Encoding.PEM))

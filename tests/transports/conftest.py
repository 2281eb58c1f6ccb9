"""A new certificate for this machine."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

CONFIG = """
[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = localhost
[extensions]
subjectAltName = DNS:localhost, IP:127.0.0.1
basicConstraints = critical, CA:true
keyUsage = critical, digitalSignature, keyCertSign
"""


@dataclass(frozen=True)
class Certificate:
    """The files of a self-signed certificate and of its key."""

    chain: str
    key: str


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for `localhost`, not trusted yet."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl command is not installed: no certificate can be made")
    folder: Path = tmp_path_factory.mktemp("certificate")
    (folder / "config").write_text(CONFIG)
    made = Certificate(str(folder / "chain.pem"), str(folder / "key.pem"))
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-days", "2", "-config", folder / "config"),
            *("-keyout", made.key, "-out", made.chain),
        ],
        check=True,
        capture_output=True,
    )
    return made

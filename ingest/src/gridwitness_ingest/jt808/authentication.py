"""Who a terminal is: the code it gets when it registers, and the certificate it shows where there is TLS."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gridwitness.durable_file import secret_in

from gridwitness_ingest.jt808.packet import Packet, terminal_number

_CODE_BYTES = 12
KEY_FILE = "jt808/.secret"


class Authentication:
    """Codes follow from the terminal's number and a secret of the deployment: nothing is stored for each."""

    def __init__(self, keys_dir: Path) -> None:
        """The secret is made at first use, mode 0600, and stays the same after."""
        self._secret = secret_in(keys_dir / KEY_FILE).encode()

    def code(self, terminal: str) -> bytes:
        """What the terminal has to authenticate with: 24 hex digits."""
        return (
            hmac.digest(self._secret, b"jt808\n" + terminal.encode(), "sha256")[:_CODE_BYTES].hex().encode()
        )

    def is_right(self, packet: Packet) -> bool:
        """Whether the code of a 0x0102 is the terminal's."""
        return hmac.compare_digest(_code_in(packet), self.code(packet.terminal))


def _code_in(packet: Packet) -> bytes:
    """2011 and 2013: the whole body; 2019: a length, the code, and what the terminal is."""
    if packet.edition is None:
        return packet.body.rstrip(b"\0")
    return packet.body[1 : 1 + packet.body[0]] if packet.body else b""


def certified_terminal(certificate: Mapping[str, Any] | None) -> str | None:
    """The terminal that a client certificate names as its subject's common name; None without one."""
    for part in (certificate or {}).get("subject", ()):
        for name, value in part:
            if name == "commonName":
                return terminal_number(str(value))
    return None

"""Who is registered at the door now: devices and view libraries, by the identifier that they send along.

`User-Identify` alone proves nothing. So it counts only from the address, and with the client certificate, by
which its owner registered with Digest, and only while it keeps alive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from gridwitness.errors import Conflict, Unauthenticated, Unavailable

SESSION_SECONDS = 300.0
"""Devices send a keepalive every 90 seconds at most; three may get lost."""
MOST_SESSIONS = 20_000


@dataclass(slots=True)
class Registered:
    """One registered sender. `certificate`: SHA-256 of the DER that it registered with."""

    device: str
    feed: str
    host: str
    certificate: bytes | None
    seen: float


class Sessions:
    """Of this process: who was registered before a restart registers again, as the standard has it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._registered: dict[str, Registered] = {}

    def register(self, device: str, feed: str, host: str, certificate: bytes | None) -> None:
        """Register a sender anew. Raises Unavailable `sessions-full`, Conflict `device-taken`."""
        held = self._registered.get(device)
        if held is not None and held.feed != feed and self._now() - held.seen <= SESSION_SECONDS:
            raise Conflict("device-taken", "Another feed's sender is registered so.", "unregister it first")
        if len(self._registered) >= MOST_SESSIONS:
            self._forget()
        if len(self._registered) >= MOST_SESSIONS and held is None:
            raise Unavailable("sessions-full", f"{MOST_SESSIONS} senders are registered.", "try again later")
        self._registered[device] = Registered(device, feed, host, _digest(certificate), self._now())

    def unregister(self, device: str, feed: str) -> None:
        """Forget a sender of this feed."""
        held = self._registered.get(device)
        if held is not None and held.feed == feed:
            del self._registered[device]

    def identify(self, device: str | None, host: str, certificate: bytes | None) -> Registered:
        """The registered sender, which is alive by this. Raises Unauthenticated `not-registered`."""
        held = None if device is None else self._registered.get(device)
        if (
            held is None
            or held.host != host
            or held.certificate != _digest(certificate)
            or self._now() - held.seen > SESSION_SECONDS
        ):
            raise Unauthenticated("not-registered", "This sender is not registered.", "register first")
        held.seen = self._now()
        return held

    def count(self) -> int:
        """How many are alive."""
        self._forget()
        return len(self._registered)

    def _forget(self) -> None:
        limit = self._now() - SESSION_SECONDS
        for device in [device for device, held in self._registered.items() if held.seen < limit]:
            del self._registered[device]


def _digest(certificate: bytes | None) -> bytes | None:
    return None if certificate is None else hashlib.sha256(certificate).digest()

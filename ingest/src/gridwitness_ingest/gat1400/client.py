"""A sender of GA/T 1400, for simulators and tests: registers by Digest, uploads, notifies, subscribes.

Standard library only. Not for concurrent use: one connection, one request at a time.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import secrets
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gridwitness_ingest.gat1400.http_digest import quoted

MEDIA_TYPE = "application/VIID+JSON;charset=UTF-8"
Sign = Callable[[bytes], dict[str, str]]
"""Headers by which a device signs a body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door answered. `told`: its JSON, None where it is none."""

    status: int
    headers: dict[str, str]
    told: Any

    @property
    def statuses(self) -> list[dict[str, Any]]:
        """The ResponseStatus objects."""
        if not isinstance(self.told, dict):
            return []
        if "ResponseStatusObject" in self.told:
            return [self.told["ResponseStatusObject"]]
        found: list[dict[str, Any]] = self.told.get("ResponseStatusListObject", {}).get(
            "ResponseStatusObject", []
        )
        return found


class Client:
    """One sender. `context`: for TLS, with its certificate where the feed asks for one."""

    def __init__(
        self,
        host: str,
        port: int,
        device: str,
        username: str,
        password: str,
        *,
        context: ssl.SSLContext | None = None,
        sign: Sign | None = None,
        seconds: float = 60.0,
    ) -> None:
        self.device = device
        self._account = username, password
        self._sign = sign
        self._connection = (
            http.client.HTTPConnection(host, port, timeout=seconds)
            if context is None
            else http.client.HTTPSConnection(host, port, timeout=seconds, context=context)
        )

    def register(self) -> Answer:
        """Register: asked once, challenged, answered."""
        path = "/VIID/System/Register"
        body = _text({"RegisterObject": {"DeviceID": self.device}})
        asked = self.request("POST", path, body)
        challenge = asked.headers.get("www-authenticate")
        if asked.status != 401 or challenge is None:
            return asked
        return self.request("POST", path, body, {"Authorization": self.answer("POST", path, challenge)})

    def unregister(self) -> Answer:
        """End the registration."""
        body = _text({"UnRegisterObject": {"DeviceID": self.device}})
        return self.request("POST", "/VIID/System/UnRegister", body)

    def keepalive(self) -> Answer:
        """Say that we are still there."""
        body = _text({"KeepaliveObject": {"DeviceID": self.device}})
        return self.request("POST", "/VIID/System/Keepalive", body)

    def upload(self, objects: Sequence[Any]) -> Answer:
        """MotorVehicle objects."""
        return self.send(_text({"MotorVehicleListObject": {"MotorVehicleObject": [*objects]}}))

    def send(self, body: bytes, path: str = "/VIID/MotorVehicles") -> Answer:
        """A body as it is."""
        return self.request("POST", path, body, {} if self._sign is None else self._sign(body))

    def notify(self, identifier: str, subscription: str, objects: Sequence[Any]) -> Answer:
        """A notification of MotorVehicle objects."""
        told = {
            "NotificationID": identifier,
            "SubscribeID": subscription,
            "Title": "机动车",
            "MotorVehicleObjectList": {"MotorVehicleObject": [*objects]},
        }
        body = _text({"SubscribeNotificationListObject": {"SubscribeNotificationObject": [told]}})
        return self.send(body, "/VIID/SubscribeNotifications")

    def subscribe(self, identifier: str, detail: str = "13", **members: Any) -> Answer:
        """Ask for a subscription under which to notify."""
        told = {"SubscribeID": identifier, "Title": "订阅", "SubscribeDetail": detail, **members}
        body = _text({"SubscribeListObject": {"SubscribeObject": [told]}})
        return self.request("POST", "/VIID/Subscribes", body)

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Any request. Raises OSError, http.client.HTTPException where the connection fails."""
        given = {"Content-Type": MEDIA_TYPE, "User-Identify": self.device, **(headers or {})}
        try:
            self._connection.request(method, path, body, given)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()  # the next request opens a new one
            raise
        found = {name.lower(): value for name, value in answer.getheaders()}
        try:
            told = json.loads(content)
        except ValueError:
            told = None
        return Answer(answer.status, found, told)

    def answer(self, method: str, path: str, challenge: str) -> str:
        """`Authorization` for a Digest challenge (MD5, qop=auth)."""
        told = quoted(challenge) or {}
        username, password = self._account
        nonce, cnonce = told.get("nonce", ""), secrets.token_hex(8)
        ha1 = _md5(f"{username}:{told.get('realm', '')}:{password}")
        response = _md5(f"{ha1}:{nonce}:00000001:{cnonce}:auth:{_md5(f'{method}:{path}')}")
        return (
            f'Digest username="{username}", realm="{told.get("realm", "")}", nonce="{nonce}", uri="{path}", '
            f'response="{response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="{cnonce}"'
        )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

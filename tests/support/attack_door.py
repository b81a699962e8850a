"""The platform's real door over HTTP, as one officer comes to it."""

from __future__ import annotations

import httpx
from gridwitness_evidence import Record
from support.platform import Officer


class Door:
    """`url` has no path."""

    def __init__(self, url: str, officer: Officer) -> None:
        self.url = url
        self._headers = {"Authorization": f"Bearer {officer.token}", "Content-Type": "application/sd-jwt"}

    def submit(self, presentation: str) -> httpx.Response:
        """Hand one record in."""
        body = presentation.encode()
        return httpx.post(
            f"{self.url}/api/v1/records", content=body, headers=self._headers, trust_env=False, timeout=60
        )

    def refusal(self, record: Record | str) -> str:
        """The code with which a record is refused."""
        answer = self.submit(record if isinstance(record, str) else record.presentation)
        assert 400 <= answer.status_code < 500, answer.text
        return str(answer.json()["code"])

    def problem(self, path: str) -> str:
        """The code with which the platform refuses to show something."""
        answer = httpx.get(f"{self.url}{path}", headers=self._headers, trust_env=False, timeout=60)
        assert answer.status_code >= 400, answer.text
        return str(answer.json()["code"])

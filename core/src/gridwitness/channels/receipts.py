"""Receipt codes: who reported something without an account asks by one how it stands.

A code is the event's number and a mark that only this deployment can make; nothing has to be kept for it, and
the same event has the same code however often its report is sent.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable

from gridwitness.errors import NotFound

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: nothing in it is taken for something else when it is read out on the telephone."""
_MARKS = 12  # 60 bits
_CODE = re.compile(rf"([0-9A-Z]{{6,18}}-[0-9]{{4}}-[0-9]{{6,12}})-([{_ALPHABET}]{{{_MARKS}}})")


class ReceiptCodes:
    """`key`: 32 bytes that are not in the database."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def code(self, number: str) -> str:
        """The code of an event's number."""
        return f"{number}-{self._mark(number)}"

    def number(self, code: str) -> str:
        """The number a code stands for. Raises NotFound `receipt-unknown`."""
        found = _CODE.fullmatch(code.strip().upper())
        if found is None or not hmac.compare_digest(found[2], self._mark(found[1])):
            raise NotFound("receipt-unknown", "No report has this code.", "look at the receipt again")
        return found[1]

    def _mark(self, number: str) -> str:
        key = hashlib.sha256(b"gridwitness-receipt-code/v1\n" + self._key()).digest()
        made = int.from_bytes(hmac.new(key, number.encode(), hashlib.sha256).digest()[:8])
        return "".join(_ALPHABET[made >> 5 * place & 31] for place in range(_MARKS))

"""Records for tests of the evidence package: a right one, with whatever a test wants to be different."""

from typing import Any

from gridwitness_evidence import Record, Seen, SigningKey, sign_record

AUD = "gridwitness/0123456789abcdef0123456789abcdef/330106"
FIELDS: dict[str, Any] = {
    "procedure": "general",
    "milestone": "start",
    "occurred_at": "2026-03-02T01:30:00Z",
    "officers": ["浙A-1024", "浙A-2048"],
    "place": "西湖区文三路 😀",
    "basis": None,
    "source": {"row": {"甲": "1", "乙": ""}, "count": 2**53 - 1},
}


def signed_record(key: SigningKey, **changes: Any) -> Record:
    """A record with `FIELDS`, signed by `key`; `changes` go to `sign_record`."""
    arguments: dict[str, Any] = {
        "iss": "330106",
        "aud": AUD,
        "jti": "01960000-0000-7000-8000-00000000002a",
        "kind": "case.milestone.v1",
        "src": "self",
        "sub": "00112233445566778899aabbccddeeff",
        "seq": 1,
        "prev": b"\x01" * 32,
        "iat": 1772415000,
        "seen": Seen(70, b"\x02" * 32),
        "fields": FIELDS,
    }
    return sign_record(key=key, **{**arguments, **changes})

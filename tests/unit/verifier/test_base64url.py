"""Base64url text: exactly one text per bytes is accepted."""

import base64
import itertools

import pytest
from gridwitness_verifier import base64url
from gridwitness_verifier.errors import VerificationError

# Letters whose unused bits are zero and others, both special letters, and what is in no alphabet of ours.
LETTERS = "AQgwEZ9-_+/= \n\0é~"


def canonical(text):
    """The bytes that have this text, by the standard library."""
    try:
        data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        return None
    return data if base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text else None


@pytest.mark.parametrize("length", range(5))
def test_only_the_canonical_text_is_accepted(length):
    accepted = 0
    for letters in itertools.product(LETTERS, repeat=length):
        text = "".join(letters)
        try:
            decoded = base64url.decode(text)
        except VerificationError as error:
            assert error.code == "base64url"
            decoded = None
        assert decoded == canonical(text), repr(text)
        accepted += decoded is not None
    assert accepted == {0: 1, 1: 0, 2: 9 * 4, 3: 81 * 5, 4: 9**4}[length]


def test_every_byte_goes_there_and_back():
    data = bytes(range(256))
    for end in range(257):
        assert base64url.decode(base64url.encode(data[:end])) == data[:end]

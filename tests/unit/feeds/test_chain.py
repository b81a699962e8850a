"""The chain of a feed: the same however its messages are bundled, and the verifier's own reading of it."""

from __future__ import annotations

import hashlib

import pytest
from gridwitness.feeds import Message, signature_holds
from gridwitness.feeds.chain import PART_BYTES, PART_MESSAGES, Part, chain, first_link, unpacked
from gridwitness_evidence import SigningKey, base64url
from gridwitness_verifier.audit import feed_chain
from gridwitness_verifier.audit.feed_batches import Batch, FeedBatches
from gridwitness_verifier.audit.feed_chain import StoredPart
from gridwitness_verifier.audit.feed_check import _FeedWalk
from gridwitness_verifier.log.tally import Tally
from hypothesis import given
from hypothesis import strategies as st

DIGESTS = st.one_of(st.none(), st.binary(min_size=32, max_size=32))
MESSAGES = st.lists(st.builds(Message, st.binary(max_size=40), DIGESTS), min_size=1, max_size=12)


def parts(*bundles: list[Message]) -> list[Part]:
    """Parts of bundles appended one after the other, to a feed `f`."""
    made: list[Part] = []
    for bundle in bundles:
        link = made[-1].link if made else first_link("f")
        serial = made[-1].serial + made[-1].count if made else 0
        made += chain(link, serial, bundle)
    return made


def stored(made: list[Part]) -> list[StoredPart]:
    return [StoredPart(p.serial, p.count, p.link, p.body, p.received, 0) for p in made]


def findings(found: list[StoredPart], batches: FeedBatches, end: tuple[int, bytes]) -> list[str]:
    walk = _FeedWalk(Tally("feeds"), "f", batches, None)
    for part in found:
        walk.add(part)
    walk.finish(end)
    return [place.code for place in walk.tally.locations]


def batched(made: list[Part], upto: int) -> FeedBatches:
    """One batch for the first parts."""
    last = made[upto - 1]
    batch = Batch(0, last.serial + last.count, last.link, "", {})
    return FeedBatches({batch.end: batch}, batch)


@given(MESSAGES, st.integers(1, 11))
def test_bundles_make_no_difference(messages: list[Message], cut: int) -> None:
    whole, halves = parts(messages), parts(*filter(None, (messages[:cut], messages[cut:])))
    assert whole[-1].link == halves[-1].link
    assert [body for part in halves for body in unpacked(part.body)] == [m.kept for m in messages]
    link = hashlib.sha256(b"gridwitness-feed/v1\nf").digest()
    for message in messages:
        kept = hashlib.sha256(message.kept).digest()
        link = hashlib.sha256(link + (message.received or kept) + kept).digest()
    assert whole[-1].link == link


@given(st.lists(MESSAGES, min_size=1, max_size=4), st.data())
def test_the_verifier_follows_an_honest_feed_and_no_other(
    bundles: list[list[Message]], data: st.DataObject
) -> None:
    made = parts(*bundles)
    batches, end = batched(made, len(made)), (made[-1].serial + made[-1].count, made[-1].link)
    assert findings(stored(made), batches, end) == []
    which = data.draw(st.integers(0, len(made) - 1))
    part = made[which]
    at = data.draw(st.integers(0, len(part.body) - 1))
    changed = bytearray(part.body)
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    forged = [*made]
    forged[which] = Part(part.serial, part.count, part.link, bytes(changed), part.received)
    assert findings(stored(forged), batches, end)
    if len(made) > 1:
        assert findings(stored(made[:which] + made[which + 1 :]), batches, end)
    if part.received is not None:
        forged[which] = Part(part.serial, part.count, part.link, part.body, None)
        assert findings(stored(forged), batches, end)


@given(st.lists(MESSAGES, min_size=2, max_size=4))
def test_links_made_to_follow_do_not_reach_the_batch(bundles: list[list[Message]]) -> None:
    made, forged = parts(*bundles), parts([Message(b"invented"), *bundles[0][1:]], *bundles[1:])
    if forged[-1].link == made[-1].link:
        return  # the first message was that one
    end = (forged[-1].serial + forged[-1].count, forged[-1].link)
    for upto in range(1, len(made) + 1):
        assert findings(stored(forged), batched(made, upto), end) == ["batch-head"]


def test_a_front_goes_with_a_record_that_reaches_to_its_batch() -> None:
    made = parts([Message(b"a"), Message(b"b")], [Message(b"c")], [Message(b"d")])
    old = Batch(0, 2, made[0].link, "2026-03-02T00:01:00Z", {})
    new = Batch(2, 4, made[2].link, "2026-03-02T00:02:00Z", {})
    end = (4, made[2].link)

    def kept(since: int, expired: str | None) -> list[str]:
        return findings(stored(made[since:]), FeedBatches({2: old, 4: new}, new, expired), end)

    assert kept(1, "2026-03-02T00:01:00Z") == []
    assert kept(1, "2026-03-02T00:00:59Z") == ["front-removed"]
    assert kept(1, None) == ["front-removed"]
    assert kept(2, "2026-03-02T00:02:00Z") == ["front-removed"], "half a batch"
    assert kept(3, "2026-03-02T00:02:00Z") == []
    assert kept(3, "2026-03-02T00:01:00Z") == ["messages-missing"]


def test_parts_are_bounded() -> None:
    many = parts([Message(b"")] * (2 * PART_MESSAGES + 1))
    assert [part.count for part in many] == [PART_MESSAGES, PART_MESSAGES, 1]
    long = Message(bytes(PART_BYTES // 2 + 1))
    assert [part.count for part in parts([long, long, Message(b"x")])] == [1, 2]


@pytest.mark.parametrize("body", [b"\0", b"\0\0\0\x02a", b"\0\0\0\x01ab", b"\0\0\0\x01a\0\0\0"])
def test_a_body_that_breaks_off_has_no_messages(body: bytes) -> None:
    assert feed_chain.digests(StoredPart(0, 1, b"", body, None, 0)) is None


def test_received_digests_are_as_many_as_messages() -> None:
    (part,) = parts([Message(b"a", bytes(32)), Message(b"b")])
    assert part.received is not None
    whole = StoredPart(0, 2, part.link, part.body, part.received, 0)
    assert feed_chain.digests(whole) is not None
    assert feed_chain.digests(StoredPart(0, 2, part.link, part.body, part.received[:-1], 0)) is None
    assert feed_chain.digests(StoredPart(0, 2, part.link, None, None, 0)) is None


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_a_signature_holds_for_its_bytes_alone(signed: bytes, received: bytes) -> None:
    key = SigningKey.generate("EdDSA")
    header = base64url.encode(key.sign(signed))
    keys = [_public(SigningKey.generate("EdDSA")), _public(key)]
    assert signature_holds(header, received, keys) == (signed == received)
    assert not signature_holds(header, signed, keys[:1])


def _public(key: SigningKey):  # type: ignore[no-untyped-def]
    from gridwitness_evidence import PublicKey

    return PublicKey.from_jwk(key.jwk)

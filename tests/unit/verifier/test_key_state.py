"""What the state of a key means at a time: every rule on both sides of its edge."""

from dataclasses import replace

import pytest
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.key_state import judge_key, judge_key_since, unpack_key_state, vouched_by
from gridwitness_verifier.report import Result
from support.verifier_bundle import KeyRecord

KEY = KeyRecord(
    registered_at=100,
    confirmed_at=200,
    not_before=150,
    not_after=1000,
    registered_agencies=2,
    confirmed_by="330100",
)
ALONE = replace(KEY, registered_agencies=1)
REVOKED = replace(KEY, revoked_at=600, compromised_since=500)


def judge(key, at):
    judgement = judge_key(unpack_key_state(*key.words()), at)
    return judgement.code or judgement.result.value


@pytest.mark.parametrize(
    ("key", "at", "answer"),
    [
        (KEY, 199, "key-not-yet"),
        (KEY, 200, "proved"),
        (KEY, 1000, "proved"),
        (KEY, 1001, "key-window"),
        (replace(KEY, not_before=300), 299, "key-window"),
        (replace(KEY, not_before=300), 300, "proved"),
        (replace(KEY, confirmed_at=0, confirmed_by=""), 500, "key-unconfirmed"),
        (replace(ALONE, confirmed_at=0, confirmed_by=""), 500, "proved"),
        (replace(ALONE, not_before=0), 99, "key-not-yet"),
        (replace(ALONE, not_before=0), 100, "proved"),
        (REVOKED, 499, "proved"),
        (REVOKED, 500, "key-disputed"),
        (REVOKED, 599, "key-disputed"),
        (REVOKED, 600, "key-revoked"),
        (KeyRecord(purpose=0, registered_at=0), 500, "key-unknown"),
        (replace(KEY, purpose=0), 500, "key-unknown"),
        (replace(KEY, registered_at=0), 500, "key-unknown"),
    ],
)
def test_when_a_key_counts(key, at, answer):
    assert judge(key, at) == answer


def test_a_disputed_key_is_kept_as_disputed():
    assert judge_key(unpack_key_state(*REVOKED.words()), 550).result is Result.DISPUTED


@pytest.mark.parametrize(
    ("latest", "at", "answer"),
    [
        (KEY, 500, "proved"),
        (REVOKED, 499, "proved"),
        (REVOKED, 500, "key-disputed"),
        (REVOKED, 600, "key-revoked"),
        (replace(KEY, not_after=500), 500, "proved"),
        (replace(KEY, not_after=499), 500, "key-window-cut"),
        (replace(KEY, not_before=501), 500, "key-window-cut"),
        (replace(KEY, not_after=499), 1001, "key-window"),
        (replace(REVOKED, not_after=499), 500, "key-disputed"),
        (KeyRecord(0, 0, 0, 0, 0, 0, 0, 0, ""), 500, "key-unknown"),
        (replace(KEY, registered_at=101), 500, "key-unknown"),
    ],
)
def test_what_became_of_a_key_since(latest, at, answer):
    then, latest = (unpack_key_state(*state.words()) for state in (KEY, latest))
    judgement = judge_key_since(then, latest, at)
    assert (judgement.code or judgement.result.value) == answer


def test_vouching_begins_with_the_confirmation():
    state = unpack_key_state(*ALONE.words())
    assert (vouched_by(state, 199), vouched_by(state, 200)) == (None, "330100")
    assert judge_key(state, 160).vouching is None


@pytest.mark.parametrize(
    "change", [(5, 0, 0), (1 | 1 << 200, 0, 0), (0, 0, 1), (0, 0, int.from_bytes(b"gw" + b"\x00" * 30))]
)
def test_storage_that_members_never_writes(change):
    with pytest.raises(VerificationError) as caught:
        unpack_key_state(*change)
    assert caught.value.code == "key-state-form"


def test_words_read_back():
    state = unpack_key_state(*REVOKED.words())
    assert (state.purpose, state.registered_at, state.confirmed_at) == ("officer", 100, 200)
    assert (state.not_before, state.not_after) == (150, 1000)
    assert (state.revoked_at, state.compromised_since) == (600, 500)
    assert (state.registered_agencies, state.confirmed_by) == (2, "330100")

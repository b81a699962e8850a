from dataclasses import replace
from typing import Any

import pytest
from gridwitness_evidence import (
    EvidenceError,
    LogProof,
    NoteError,
    NoteSigner,
    NoteVerifier,
    ProofError,
    Receipt,
    SigningKey,
    TreeHead,
    open_note,
    open_receipt,
    open_tree_head,
    sign_receipt,
    sign_tree_head,
)
from hypothesis import given
from hypothesis import strategies as st
from support.vectors import load

ORIGIN = "gridwitness/0123456789abcdef0123456789abcdef/330106"
SIGNER = NoteSigner(ORIGIN, SigningKey.generate("EdDSA"))
HEAD = TreeHead(ORIGIN, 70, b"\x01" * 32)
RECEIPT = Receipt(ORIGIN, b"\x02" * 32, 1772415001, 1772415601)
PROOF = LogProof(40, (b"\x03" * 32, b"\x04" * 32), sign_tree_head(HEAD, SIGNER))


def _by_name(name: str) -> dict[str, Any]:
    return {"argvalues": load(name), "ids": lambda case: case["name"]}


@pytest.mark.parametrize("case", **_by_name("notes"))
def test_note_vectors(case: dict[str, Any]) -> None:
    verifier = NoteVerifier.from_vkey(case["vkey"])
    try:
        if case["form"] == "tree-head":
            text = open_tree_head(case["note"], verifier).text
        else:
            text = open_note(case["note"].encode(), verifier)
    except NoteError:
        assert case["expect"] == "refused"
    else:
        assert (case["expect"], text) == ("accepted", case["text"])


@pytest.mark.parametrize("case", **_by_name("receipts"))
def test_receipt_vectors(case: dict[str, Any]) -> None:
    try:
        receipt = open_receipt(case["note"], NoteVerifier.from_vkey(case["vkey"]))
    except NoteError:
        assert case["expect"] == "refused"
    else:
        values = {
            "origin": receipt.origin,
            "leaf_hash": receipt.leaf_hash.hex(),
            "received": receipt.received,
            "anchor_by": receipt.anchor_by,
        }
        assert (case["expect"], values) == ("accepted", case["receipt"])


@pytest.mark.parametrize("case", **_by_name("log_proofs"))
def test_log_proof_vectors(case: dict[str, Any]) -> None:
    try:
        proof = LogProof.parse(case["proof"])
        head = proof.verify(bytes.fromhex(case["leaf_hash"]), NoteVerifier.from_vkey(case["vkey"]))
    except (NoteError, ProofError):
        assert case["expect"] == "refused"
    else:
        assert (case["expect"], proof.index, head.size) == ("accepted", case["index"], case["size"])
        assert proof.encode() == case["proof"]


def test_the_example_of_the_standard() -> None:
    # C2SP signed-note, "Example".
    verifier = NoteVerifier.from_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    note = (
        "This is an example message.\n\n— example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    )
    assert open_note(note, verifier) == "This is an example message.\n"
    with pytest.raises(NoteError, match="note-signature"):
        open_note(note.replace("example message", "Example message"), verifier)


def test_round_trips() -> None:
    verifier = NoteVerifier.from_vkey(SIGNER.vkey)
    assert verifier.vkey == SIGNER.vkey
    assert open_tree_head(sign_tree_head(HEAD, SIGNER), verifier) == HEAD
    assert open_receipt(sign_receipt(RECEIPT, SIGNER), verifier) == RECEIPT
    assert LogProof.parse(PROOF.encode()) == PROOF
    assert LogProof.parse(replace(PROOF, hashes=()).encode()).hashes == ()


def test_a_log_proof_is_out_of_form_before_it_is_verified() -> None:
    for hashes in ((b"\x03" * 31,), (b"\x03" * 33,), (b"\x03" * 32,) * 64):
        with pytest.raises(ProofError, match="log-proof"):
            LogProof.parse(replace(PROOF, hashes=hashes).encode())


def test_a_log_signs_only_its_own() -> None:
    with pytest.raises(NoteError, match="tree-head"):
        sign_tree_head(replace(HEAD, origin=ORIGIN + "-2"), SIGNER)
    with pytest.raises(NoteError, match="tree-head"):
        sign_tree_head(replace(HEAD, root=b"short"), SIGNER)
    with pytest.raises(NoteError, match="receipt"):
        sign_receipt(replace(RECEIPT, origin=ORIGIN + "-2"), SIGNER)
    with pytest.raises(NoteError, match="receipt"):
        sign_receipt(replace(RECEIPT, received=-1), SIGNER)
    with pytest.raises(NoteError, match="note-form"):
        SIGNER.sign("no newline")


def test_a_text_has_no_control_character_but_newlines() -> None:
    for number in range(0x30):
        text = f"a{chr(number)}b\n"
        if number < 0x20 and number != 0x0A:
            with pytest.raises(NoteError, match="note-form"):
                SIGNER.sign(text)
        else:
            assert open_note(SIGNER.sign(text), SIGNER.verifier) == text


def test_codes_tell_unsigned_from_wrongly_signed() -> None:
    note = sign_tree_head(HEAD, SIGNER)
    stranger = NoteSigner(ORIGIN, SigningKey.generate("EdDSA"))
    with pytest.raises(NoteError, match="note-unsigned"):
        open_note(note, stranger.verifier)
    with pytest.raises(NoteError, match="note-signature"):
        open_note(note.replace("\n70\n", "\n71\n"), SIGNER.verifier)
    with pytest.raises(NoteError, match="too-large"):
        open_note("x" * 70_000, SIGNER.verifier)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "a+b",
        SIGNER.vkey + "x",
        SIGNER.vkey.replace("+A", "+B"),
        SIGNER.vkey.replace(ORIGIN, ORIGIN + "-2"),
        SIGNER.vkey.replace(ORIGIN, ""),
        SIGNER.vkey.replace(ORIGIN, "a b"),
        SIGNER.vkey.upper(),
    ],
    ids=["empty", "short", "longer", "type", "name", "nameless", "space", "upper"],
)
def test_vkeys_are_read_strictly(vkey: str) -> None:
    with pytest.raises(NoteError, match="note-key"):
        NoteVerifier.from_vkey(vkey)


def test_a_note_key_is_ed25519() -> None:
    with pytest.raises(NoteError, match="note-key"):
        NoteSigner(ORIGIN, SigningKey.generate("ES256"))


@given(st.data())
def test_mutated_texts_raise_only_evidence_errors(data: st.DataObject) -> None:
    texts = [sign_tree_head(HEAD, SIGNER), sign_receipt(RECEIPT, SIGNER), PROOF.encode(), SIGNER.vkey]
    text = data.draw(st.sampled_from(texts))
    at, width = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 3))
    mutated = (
        text[:at] + data.draw(st.text(st.sampled_from("\n 0A=+—é\ud800"), max_size=3)) + text[at + width :]
    )
    readers = (
        lambda: open_tree_head(mutated, SIGNER.verifier) == HEAD,
        lambda: open_receipt(mutated, SIGNER.verifier) == RECEIPT,
        lambda: LogProof.parse(mutated).encode() == mutated,
        lambda: NoteVerifier.from_vkey(mutated).vkey == mutated,
        lambda: open_tree_head(mutated.encode("utf-8", "surrogatepass"), SIGNER.verifier) == HEAD,
    )
    for read in readers:
        try:
            assert read()
        except EvidenceError as error:
            assert error.code

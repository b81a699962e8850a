import hashlib

from gridwitness_evidence import digest_chunks
from hypothesis import given
from hypothesis import strategies as st


def test_digests_of_the_standards() -> None:
    # GB/T 32905-2016 appendix A.1 and FIPS 180-2 appendix B.1: the text abc.
    digests = digest_chunks([b"abc"])
    assert digests.sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digests.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digests.size == 3


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_pieces_make_no_difference(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    assert digest_chunks(chunks) == digest_chunks([whole])
    assert digest_chunks(chunks).sha256 == hashlib.sha256(whole).hexdigest()
    assert digest_chunks(chunks).size == len(whole)

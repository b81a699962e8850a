"""One commit seal: the address whose secp256k1 key made it."""

from __future__ import annotations

from eth_keys.backends import NativeECCBackend
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature, ValidationError

from .errors import VerificationError

_BACKEND = NativeECCBackend()


def recover_sealer(digest: bytes, seal: bytes) -> bytes:
    """Address (20 bytes) of who sealed `digest` (32 bytes); `seal` is r ‖ s ‖ recovery id, 65 bytes.

    Raises VerificationError `qbft-seal`.
    """
    if seal[64] > 1:
        raise VerificationError("qbft-seal", f"recovery id {seal[64]}; 0 or 1 is allowed")
    try:
        signature = Signature(signature_bytes=seal, backend=_BACKEND)
        return bytes(signature.recover_public_key_from_msg_hash(digest).to_canonical_address())
    except (BadSignature, ValidationError, ValueError, ArithmeticError) as error:
        raise VerificationError("qbft-seal", "a seal that no key can have made") from error

"""Signed records, the Merkle log, tree heads, proofs and bundles: pure, without I/O."""

from . import base64url, strict_json
from .bundle import Bundle, BundleSigner, Provenance, parse_bundle
from .chain_proofs import KeyStateProof, ReceiptProof
from .claims import Claims, Seen
from .disclosures import Disclosure
from .errors import (
    BundleError,
    EncodingError,
    EvidenceError,
    KeyMaterialError,
    NoteError,
    ProofError,
    RecordError,
)
from .files import FileDigests, digest_chunks
from .identifiers import uuid7
from .keys import PublicKey, SigningKey, thumbprint
from .log_proof import LogProof
from .merkle import (
    EMPTY_ROOT,
    consistency_proof,
    hash_leaf,
    hash_node,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from .notes import NoteSigner, NoteVerifier, open_note
from .receipts import Receipt, open_receipt, sign_receipt
from .records import Record, parse_entry, parse_presentation, redact, sign_record, verify_signature
from .tiles import (
    ENTRIES,
    Extension,
    TileTree,
    entries_path,
    entry_bundle_decode,
    entry_bundle_encode,
    extend,
    tile_path,
)
from .tree_head import TreeHead, open_tree_head, parse_tree_head, sign_tree_head

__all__ = [
    "EMPTY_ROOT",
    "ENTRIES",
    "Bundle",
    "BundleError",
    "BundleSigner",
    "Claims",
    "Disclosure",
    "EncodingError",
    "EvidenceError",
    "Extension",
    "FileDigests",
    "KeyMaterialError",
    "KeyStateProof",
    "LogProof",
    "NoteError",
    "NoteSigner",
    "NoteVerifier",
    "ProofError",
    "Provenance",
    "PublicKey",
    "Receipt",
    "ReceiptProof",
    "Record",
    "RecordError",
    "Seen",
    "SigningKey",
    "TileTree",
    "TreeHead",
    "base64url",
    "consistency_proof",
    "digest_chunks",
    "entries_path",
    "entry_bundle_decode",
    "entry_bundle_encode",
    "extend",
    "hash_leaf",
    "hash_node",
    "inclusion_proof",
    "open_note",
    "open_receipt",
    "open_tree_head",
    "parse_bundle",
    "parse_entry",
    "parse_presentation",
    "parse_tree_head",
    "redact",
    "root_of",
    "sign_receipt",
    "sign_record",
    "sign_tree_head",
    "strict_json",
    "thumbprint",
    "tile_path",
    "uuid7",
    "verify_consistency",
    "verify_inclusion",
    "verify_signature",
]

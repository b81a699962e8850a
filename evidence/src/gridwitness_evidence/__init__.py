"""Signed records, the Merkle log, tree heads, proofs and bundles: pure, without I/O."""

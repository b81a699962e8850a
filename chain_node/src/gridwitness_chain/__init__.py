"""Start, provision and talk to an Ethereum node; contract bindings and chain proofs."""

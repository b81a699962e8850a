"""Rules of passages at checkpoints."""

"""Detection: what passages and positions, held against the registers, show to be anomalous."""

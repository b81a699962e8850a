"""The archive of passages and positions: parts that never change, proof of one row, and their end."""

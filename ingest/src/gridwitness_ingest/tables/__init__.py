"""The door for files of passages and positions: CSV, NDJSON and Parquet, read in pieces."""

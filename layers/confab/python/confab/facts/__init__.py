"""Copies of conversations as Parquet files, which queries read."""

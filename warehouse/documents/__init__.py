"""Readers: the bytes of a published file → its lines and tables, each cell with its place."""

"""The record: what was observed. Events and raw files are appended and never changed."""

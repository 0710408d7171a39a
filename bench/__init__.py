"""Measurements, run one by one: `python -m bench.record`."""

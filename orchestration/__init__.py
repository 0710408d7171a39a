"""What moves Mingzhang: Dagster definitions and the command line; no business logic."""

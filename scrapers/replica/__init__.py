"""Government sites on loopback, one for each platform: three for the demo, all as test doubles of crawls."""

from scrapers.replica.server import (
    ALL_SITES,
    DEFAULT_PORT,
    DEMO_SITES,
    Replica,
    ReplicaError,
    SeenRequest,
    serve,
)

__all__ = ["ALL_SITES", "DEFAULT_PORT", "DEMO_SITES", "Replica", "ReplicaError", "SeenRequest", "serve"]

"""Three government sites on loopback: what the demo crawls, and the test double of every crawl test."""

from scrapers.replica.server import DEFAULT_PORT, Replica, ReplicaError, SeenRequest, serve

__all__ = ["DEFAULT_PORT", "Replica", "ReplicaError", "SeenRequest", "serve"]

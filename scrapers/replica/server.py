"""The replica's HTTP server: one loopback port per site, a table of resources behind each."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus

import yaml

from scrapers.forms import FORM_MARK
from scrapers.replica.connection import Asked, Connection
from scrapers.replica.pages import FOLDER, Content, Resource, render
from scrapers.sites import Site, read_site

DEFAULT_PORT = 8731
HOST = "127.0.0.1"
DEMO_SITES = ("qinhuangdao-replica", "xinzhou-replica", "zhumadian-replica")
ALL_SITES = DEMO_SITES + tuple(
    sorted(path.stem for path in (FOLDER / "sites").glob("*.yml") if path.stem not in DEMO_SITES)
)


class ReplicaError(RuntimeError):
    """The replica cannot be served; the message says why."""


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request that a replica site answered."""

    site_id: str
    method: str
    path: str
    status: int
    body_bytes: int
    user_agent: str
    seconds: float
    """Monotonic clock when it was asked: for measuring politeness."""


@dataclass
class Replica:
    """The running replica. Change `resources`, or `content` and `refresh`, and it answers differently."""

    sites: dict[str, Site] = field(default_factory=dict)
    """Configured with the ports that the sites have in this run."""
    content: dict[str, Content] = field(default_factory=dict)
    """What the sites say, as in content/*.yml."""
    resources: dict[str, dict[str, Resource]] = field(default_factory=dict)
    """site_id → path → answer. Delete a path to withdraw it."""
    base_urls: dict[str, str] = field(default_factory=dict)
    """site_id → where it is served in this run."""
    requests: list[SeenRequest] = field(default_factory=list)
    """Every request answered so far."""

    def refresh(self, site_id: str) -> None:
        """Render a site again after its content was changed."""
        self.resources[site_id] = render(self.content[site_id])

    def change(self, site_id: str, path: str, **fields: object) -> None:
        """Let one path answer differently: `body`, `status`, `delay_seconds` … of `Resource`."""
        self.resources[site_id][path] = replace(self.resources[site_id][path], **fields)  # type: ignore[arg-type]

    def note(self, site_id: str, asked: Asked, status: int, body_bytes: int) -> None:
        """Remember a request that was answered."""
        agent = asked.headers.get("user-agent", "")
        seen = SeenRequest(site_id, asked.method, asked.path, status, body_bytes, agent, asked.seconds)
        self.requests.append(seen)

    def answer(self, site_id: str, path: str) -> Resource:
        """The resource at a path, else what the site says of pages that it does not have."""
        resources = self.resources[site_id]
        if path in resources:
            return resources[path]
        for known, resource in resources.items():
            if ("?" in path or FORM_MARK in path) and _same_query(known, path):
                return resource
        if self.content[site_id].get("missing") == "home":
            return resources["/"]
        body = "<html><head><title>404</title></head><body>您访问的页面不存在或已删除</body></html>"
        return Resource(body.encode(), "text/html; charset=utf-8", HTTPStatus.NOT_FOUND)


def _same_query(known: str, asked: str) -> bool:
    """Whether an address is a known one with its parameters in another order, or more fields in its form."""
    (address, _, form), (other, _, other_form) = (text.partition(FORM_MARK) for text in (known, asked))
    (path, _, query), (other_path, _, other_query) = address.partition("?"), other.partition("?")
    same = path == other_path and sorted(query.split("&")) == sorted(other_query.split("&"))
    return same and bool(form) == bool(other_form) and set(form.split("&")) <= set(other_form.split("&"))


@contextmanager
def serve(port: int = DEFAULT_PORT, sites: Sequence[str] = DEMO_SITES) -> Iterator[Replica]:
    """Serve sites on `port`, `port` + 1 … of 127.0.0.1; 0 takes any free ports.

    Args:
        port: Of the first site.
        sites: Which ones: the three of the demo, or `ALL_SITES`, one for each platform.

    Raises:
        ReplicaError: a port is taken.
    """
    contents = {
        site_id: yaml.safe_load((FOLDER / "content" / f"{site_id}.yml").read_text("utf-8"))
        for site_id in sites
    }
    with serve_contents(contents, port) as replica:
        for site_id, base_url in replica.base_urls.items():
            replica.sites[site_id] = read_site(FOLDER / "sites" / f"{site_id}.yml", base_url=base_url)
        yield replica


@contextmanager
def serve_contents(contents: Mapping[str, Content], port: int = 0) -> Iterator[Replica]:
    """Serve any contents, one port each; `Replica.sites` is for the caller to fill.

    Raises:
        ReplicaError: a port is taken.
    """
    replica = Replica(content=dict(contents))
    for site_id in contents:
        replica.refresh(site_id)
    with serve_replica(replica, port):
        yield replica


@contextmanager
def serve_replica(replica: Replica, port: int = 0) -> Iterator[None]:
    """Serve the sites of `replica.resources`, one port each, in one thread; fills `base_urls`.

    Raises:
        ReplicaError: a port is taken.
    """
    with ExitStack() as stack:
        sockets = {
            site_id: stack.enter_context(_listen(port + offset if port else 0))
            for offset, site_id in enumerate(replica.resources)
        }
        replica.base_urls |= {
            site_id: f"http://{HOST}:{listening.getsockname()[1]}/" for site_id, listening in sockets.items()
        }
        stack.enter_context(_answering(replica, sockets))
        yield


@contextmanager
def _answering(replica: Replica, sockets: Mapping[str, socket.socket]) -> Iterator[None]:
    """Answer on each socket for its site, in a thread."""
    loop = asyncio.new_event_loop()
    opened: set[asyncio.Transport] = set()
    for site_id, listening in sockets.items():
        answer, done = partial(replica.answer, site_id), partial(replica.note, site_id)
        connect = partial(Connection, answer, done, opened)
        loop.run_until_complete(loop.create_server(connect, sock=listening))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for transport in opened:
            transport.abort()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        raise ReplicaError(
            f"port {port} on {HOST} is taken or not allowed ({error.strerror}); choose another with --port"
        ) from error

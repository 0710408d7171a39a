"""The replica's HTTP server: one loopback port per site, a table of resources behind each."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_to_bytes

import yaml

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

    def answer(self, site_id: str, path: str) -> Resource:
        """The resource at a path, else what the site says of pages that it does not have."""
        resources = self.resources[site_id]
        if path in resources:
            return resources[path]
        for known, resource in resources.items():
            if "?" in path and _same_query(known, path):
                return resource
        if self.content[site_id].get("missing") == "home":
            return resources["/"]
        body = "<html><head><title>404</title></head><body>您访问的页面不存在或已删除</body></html>"
        return Resource(body.encode(), "text/html; charset=utf-8", HTTPStatus.NOT_FOUND)


def _same_query(path: str, other: str) -> bool:
    """Whether two addresses differ in the order of their parameters only."""
    (a, _, query), (b, _, other_query) = path.partition("?"), other.partition("?")
    return a == b and sorted(query.split("&")) == sorted(other_query.split("&"))


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
    with ExitStack() as stack:
        for offset, site_id in enumerate(contents):
            server = _listen(replica, site_id, port + offset if port else 0)
            stack.callback(server.server_close)
            replica.refresh(site_id)
            replica.base_urls[site_id] = f"http://{HOST}:{server.server_address[1]}/"
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield replica


def _listen(replica: Replica, site_id: str, port: int) -> ThreadingHTTPServer:
    class Handler(_Handler):
        pass

    Handler.replica, Handler.site_id = replica, site_id
    try:
        return _Server((HOST, port), Handler)
    except OSError as error:
        raise ReplicaError(
            f"port {port} on {HOST} is taken or not allowed ({error.strerror}); choose another with --port"
        ) from error


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A second server on a port that is in use must fail, not share it.
    allow_reuse_port = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up (timeouts, limits of size) are expected; the rest is reported."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # as the library calls it


class _Handler(BaseHTTPRequestHandler):
    replica: Replica
    site_id: str
    protocol_version = "HTTP/1.1"
    server_version = "Replica"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        self.asked_seconds = time.monotonic()
        resource = self.replica.answer(self.site_id, undo_percent_encoding(self.path))
        if resource.needs_referer and not self.headers.get("Referer"):
            resource = Resource(b"", "text/html", HTTPStatus.FORBIDDEN)
        if resource.delay_seconds:
            time.sleep(resource.delay_seconds)
        if resource.status == HTTPStatus.OK and self._is_fresh(resource):
            resource = replace(resource, status=HTTPStatus.NOT_MODIFIED, cut_after=None)
        self._send(resource)

    do_HEAD = do_GET  # noqa: N815 - the name is the library's

    def _is_fresh(self, resource: Resource) -> bool:
        """Whether the client's copy is still good; If-None-Match has precedence (RFC 9110, 13.2.2)."""
        if resource.ignore_conditions:
            return False
        if (tags := self.headers.get("If-None-Match")) is not None:
            return resource.etag in tags or tags.strip() == "*"
        since = self.headers.get("If-Modified-Since")
        return since is not None and since == resource.last_modified

    def _send(self, resource: Resource) -> None:
        body = b"" if resource.status == HTTPStatus.NOT_MODIFIED else resource.body
        self.send_response(resource.status)
        self.send_header("Content-Type", resource.content_type)
        if resource.status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
            self.send_header("ETag", resource.etag)
            if resource.last_modified:
                self.send_header("Last-Modified", resource.last_modified)
        for name, value in resource.headers:
            self.send_header(name, value)
        if resource.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        sent = b"" if self.command == "HEAD" else body[: resource.cut_after]
        self.wfile.write(sent)
        self.close_connection = self.close_connection or resource.cut_after is not None
        self.replica.requests.append(
            SeenRequest(
                site_id=self.site_id,
                method=self.command,
                path=undo_percent_encoding(self.path),
                status=int(resource.status),
                body_bytes=len(sent),
                user_agent=self.headers.get("User-Agent", ""),
                seconds=self.asked_seconds,
            )
        )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's signature
        """Say nothing: `Replica.requests` keeps what happened."""


def undo_percent_encoding(path: str) -> str:
    """The path as text. Old sites encode file names in GBK, newer ones in UTF-8."""
    raw = unquote_to_bytes(path)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")

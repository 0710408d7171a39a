"""HTTP/1.1 as far as the replica needs it: GET, HEAD, forms, conditions, faults; one loop for all."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus
from http.client import responses
from urllib.parse import unquote_to_bytes

from scrapers.forms import FORM_MARK
from scrapers.replica.pages import Resource

_END_OF_HEAD = b"\r\n\r\n"
_MAXIMUM_HEAD_BYTES = 65_536
_METHODS = frozenset({"GET", "HEAD", "POST"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    """With its query, percent-encoding undone; with its form as `scrapers.forms` writes it."""
    headers: Mapping[str, str]
    """By lower-case name."""
    seconds: float
    """Monotonic clock when it was asked."""


Answer = Callable[[str], Resource]
"""What is at a path."""
Done = Callable[[Asked, int, int], None]
"""Called with the status and the bytes of body that were sent, as each request is answered."""


class Connection(asyncio.Protocol):
    """One client: its requests are answered in turn, each after the delay of its resource."""

    def __init__(self, answer: Answer, done: Done, opened: set[asyncio.Transport]) -> None:
        self._answer = answer
        self._done = done
        self._opened = opened
        self._received = b""
        self._is_answering = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = transport  # type: ignore[assignment] # of a TCP server it is a Transport
        self._opened.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the library's signature
        """Called by asyncio. Clients that hang up (timeouts, limits of size) are expected."""
        self._opened.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._received += data
        self._next()

    def _next(self) -> None:
        head, end, rest = self._received.partition(_END_OF_HEAD)
        if (head and not head[:1].isalpha()) or len(head) > _MAXIMUM_HEAD_BYTES:  # such as the start of TLS
            self._transport.close()
            return
        if self._is_answering or not end:
            return
        asked = _asked(head)
        length = int(asked.headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self._received = rest[length:]
        if length:
            path = f"{asked.path}{FORM_MARK}{undo_percent_encoding(rest[:length].decode('latin-1'))}"
            asked = replace(asked, path=path)
        resource = _conditional(asked, self._answer(asked.path))
        self._is_answering = True
        if resource.delay_seconds:
            asyncio.get_running_loop().call_later(resource.delay_seconds, self._send, asked, resource)
        else:
            self._send(asked, resource)

    def _send(self, asked: Asked, resource: Resource) -> None:
        self._is_answering = False
        without_body = asked.method == "HEAD" or resource.status == HTTPStatus.NOT_MODIFIED
        body = b"" if without_body else resource.body[: resource.cut_after]
        self._done(asked, int(resource.status), len(body))
        if self._transport.is_closing():  # the client had no more patience
            return
        self._transport.write(_head(resource) + body)
        if resource.cut_after is not None or asked.headers.get("connection", "").lower() == "close":
            self._transport.close()
        else:
            self._next()


def undo_percent_encoding(path: str) -> str:
    """The path as text. Old sites encode file names in GBK, newer ones in UTF-8."""
    raw = unquote_to_bytes(path)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _asked(head: bytes) -> Asked:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, *_ = [*first.split(" "), "", ""]
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    return Asked(method, undo_percent_encoding(path), headers, time.monotonic())


def _conditional(asked: Asked, resource: Resource) -> Resource:
    """What this request gets: the resource, or a refusal, or that the client's copy is still good."""
    if asked.method not in _METHODS:
        return Resource(b"", "text/html", HTTPStatus.NOT_IMPLEMENTED)
    if resource.needs_field and not re.search(rf"\b{resource.needs_field}=[^&]", asked.path):
        return Resource(b"Runtime Error", "text/html", HTTPStatus.INTERNAL_SERVER_ERROR)
    if resource.needs_referer and "referer" not in asked.headers:
        return Resource(b"", "text/html", HTTPStatus.FORBIDDEN)
    if resource.status == HTTPStatus.OK and _is_fresh(asked, resource):
        return replace(resource, status=HTTPStatus.NOT_MODIFIED, cut_after=None)
    return resource


def _is_fresh(asked: Asked, resource: Resource) -> bool:
    """Whether the client's copy is still good; If-None-Match has precedence (RFC 9110, 13.2.2)."""
    if resource.ignore_conditions:
        return False
    if (tags := asked.headers.get("if-none-match")) is not None:
        return resource.etag in tags or tags == "*"
    since = asked.headers.get("if-modified-since")
    return since is not None and since == resource.last_modified


def _head(resource: Resource) -> bytes:
    """Status line and headers."""
    status = int(resource.status)
    headers = [
        ("Server", "Replica"),
        ("Date", formatdate(usegmt=True)),
        ("Content-Type", resource.content_type),
        *resource.headers,
    ]
    if status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        headers.append(("ETag", resource.etag))
        if resource.last_modified:
            headers.append(("Last-Modified", resource.last_modified))
    if status != HTTPStatus.NOT_MODIFIED:
        headers.append(("Content-Length", str(len(resource.body))))
    lines = [
        f"HTTP/1.1 {status} {responses.get(status, '')}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")

"""Only public addresses are asked, unless the site's YAML says otherwise: also after redirects."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.error import DNSLookupError

from scrapers.outcomes import PRIVATE

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global


class PublicAddressMiddleware:
    """Refuses requests to hosts that resolve to private addresses, and answers that came from one."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._resolved: dict[str, list[str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Resolve the host once per crawl.

        Raises:
            IgnoreRequest: the host is on a private network.
        """
        if self._is_exempt():
            return
        host = urlsplit(request.url).hostname or ""
        if host not in self._resolved:
            self._resolved[host] = await _addresses(host)
        self._refuse(host, self._resolved[host])

    def process_response(self, request: Request, response: Response) -> Response:
        """The address that really answered: a name may resolve differently a second time.

        Raises:
            IgnoreRequest: the answer came from a private network.
        """
        if not self._is_exempt() and response.ip_address:
            self._refuse(urlsplit(request.url).hostname or "", [str(response.ip_address)])
        return response

    def _is_exempt(self) -> bool:
        site = self._crawler.spider.site  # type: ignore[union-attr] # GovernmentSpider
        return bool(site.allow_private or site.replica)

    def _refuse(self, host: str, addresses: list[str]) -> None:
        private = next((address for address in addresses if not is_public(address)), None)
        if private:
            raise IgnoreRequest(f"{host} ({private}) {PRIVATE}")


async def _addresses(host: str) -> list[str]:
    """The address of a host, from the cache that connections are made from: it is not resolved anew between.

    Raises:
        DNSLookupError: the host has no address here, and no proxy is there to know one.
    """
    from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it

    try:
        return [str(ipaddress.ip_address(host.partition("%")[0]))]
    except ValueError:
        pass  # a name
    try:
        return [await maybe_deferred_to_future(cast("Any", reactor).resolve(host))]
    except (OSError, DNSLookupError):
        if getproxies():
            return []
        raise

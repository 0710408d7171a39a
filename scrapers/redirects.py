"""Redirects, by the server or by a page that is only a signpost, and only to hosts that the YAML allows."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware, RedirectMiddleware
from scrapy.http import Request, Response

from scrapers.outcomes import looks_like_html
from scrapers.pages import forwards_to, page_of

_SIGNPOST_BYTES = 8192


class AllowedHostsRedirectMiddleware(RedirectMiddleware):
    """Hands a redirect to any other host to the spider as it is, which records it as `blocked`."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Follow the redirect, or give the response back unfollowed."""
        result = super().process_response(request, response)
        if isinstance(result, Request):
            site = self.crawler.spider.site  # type: ignore[union-attr] # GovernmentSpider
            if not site.allows(urlsplit(result.url).netloc):
                return response
        return result


class SignpostMiddleware(BaseRedirectMiddleware):
    """Follows pages that only send their reader on, by a meta tag or one line of script, as redirects."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The request of the page that is pointed to, or the response."""
        body = response.body
        if response.status != HTTPStatus.OK or len(body) > _SIGNPOST_BYTES or not looks_like_html(body):
            return response
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        site = self.crawler.spider.site  # type: ignore[union-attr] # GovernmentSpider
        target = forwards_to(page_of(response.url, body, content_type.strip(), site.encoding))
        if not target or not site.allows(urlsplit(target).netloc):
            return response
        return self._redirect(
            self._redirect_request_using_get(request, response, target), request, "signpost"
        )

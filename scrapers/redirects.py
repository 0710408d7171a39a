"""Redirects only to hosts that the site's YAML allows."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Request, Response


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

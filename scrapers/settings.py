"""Scrapy's settings for one site: polite, honest about who asks, and closed to the outside."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from scrapers.sites import Site


def user_agent(contact: str) -> str:
    """Who asks, and whom to write to."""
    return f"Mingzhang/{version('mingzhang')} (+{contact})"


def settings_for(site: Site) -> dict[str, Any]:
    """Settings of the crawl of a site, over Scrapy's defaults."""
    return {
        "BOT_NAME": "mingzhang",
        "USER_AGENT": user_agent(site.contact),
        "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "zh-CN,zh;q=0.9"},
        "ROBOTSTXT_OBEY": True,
        "COOKIES_ENABLED": False,
        # Manners: one request at a time, never faster than the site's delay.
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        # The next request waits until the answer before it is recorded.
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 1,
        "DOWNLOAD_DELAY": site.delay_seconds,
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": site.delay_seconds,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
        # Limits.
        "DOWNLOAD_TIMEOUT": site.timeout_seconds,
        "DOWNLOAD_MAXSIZE": site.maximum_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": site.verify_tls,
        "CLOSESPIDER_TIMEOUT": site.maximum_hours * 3600,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "RETRY_TIMES": 2,
        # The spider asks for each address once and records every end, so nothing may be dropped silently:
        # the filters of duplicates, of foreign hosts and of long addresses would.
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "URLLENGTH_LIMIT": 0,
        "HTTPERROR_ALLOW_ALL": True,
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            # Before robots.txt is asked for.
            "scrapers.addresses.PublicAddressMiddleware": 50,
            "scrapers.redirects.SignpostMiddleware": 580,
            "scrapers.patience.PatientRetryMiddleware": 550,
            "scrapers.redirects.AllowedHostsRedirectMiddleware": 600,
        },
        "DOWNLOAD_HANDLERS": {"data": None, "file": None, "ftp": None, "s3": None},
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        # Many crawls share a process, and what each does for every log line or request is done many times.
        "EXTENSIONS": {
            "scrapy.extensions.logcount.LogCount": None,
            "scrapy.extensions.logstats.LogStats": None,
            "scrapy.extensions.memusage.MemoryUsage": None,
            "scrapy.extensions.remote_control.RemoteControl": None,
            "scrapy.extensions.throttle.AutoThrottle": None,
            "scrapers.patience.RecoveringThrottle": 0,
        },
        "CONCURRENT_ITEMS": 1,
        "DOWNLOADER_STATS": False,
        "STATS_DUMP": False,
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
    }

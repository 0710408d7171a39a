"""Manners and safety that are settings."""

from __future__ import annotations

from scrapers.settings import settings_for
from scrapers.sites import load_sites


def test_every_shipped_site_is_crawled_politely_and_closed_to_the_outside():
    for site in load_sites().values():
        settings = settings_for(site)
        assert settings["ROBOTSTXT_OBEY"] is True
        assert settings["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
        assert settings["AUTOTHROTTLE_ENABLED"] is True
        assert settings["DOWNLOAD_DELAY"] == site.delay_seconds >= 1
        assert settings["DOWNLOAD_VERIFY_CERTIFICATES"] is True
        assert settings["REMOTE_CONTROL_ENABLED"] is settings["TELNETCONSOLE_ENABLED"] is False
        assert settings["COOKIES_ENABLED"] is False
        assert settings["USER_AGENT"].startswith("Mingzhang/")
        assert site.contact in settings["USER_AGENT"]

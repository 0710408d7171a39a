"""The replica answers like a real server."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from urllib.parse import quote

import pytest

from scrapers.replica import Replica, ReplicaError, serve


def ask(replica: Replica, site_id: str, path: str, method: str = "GET", **headers: str):
    host = replica.sites[site_id].base_url.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host, timeout=5)
    connection.request(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def test_three_sites_with_a_home_page_and_robots_each(replica: Replica):
    assert list(replica.sites) == ["qinhuangdao-replica", "xinzhou-replica", "zhumadian-replica"]
    for site_id in replica.sites:
        assert ask(replica, site_id, "/")[0].status == 200
        response, body = ask(replica, site_id, "/robots.txt")
        assert (response.status, body.startswith(b"User-agent: *")) == (200, True)


def test_validators_give_304_without_a_body_and_if_none_match_has_precedence(replica: Replica):
    first, body = ask(replica, "xinzhou-replica", "/zwgk/czyjs/bmys/202403/P020240315345178902211.pdf")
    tag, modified = first.getheader("ETag"), first.getheader("Last-Modified")
    assert (first.getheader("Content-Type"), len(body)) == ("application/pdf", 449815)
    assert modified == "Fri, 15 Mar 2024 01:30:00 GMT"
    path = "/zwgk/czyjs/bmys/202403/P020240315345178902211.pdf"
    for headers in ({"If_None_Match": tag}, {"If_Modified_Since": modified}):
        response, body = ask(replica, "xinzhou-replica", path, **headers)
        assert (response.status, body) == (304, b"")
    response, _ = ask(replica, "xinzhou-replica", path, If_None_Match='"old"', If_Modified_Since=modified)
    assert response.status == 200


def test_head_has_the_length_and_no_body(replica: Replica):
    response, body = ask(replica, "xinzhou-replica", "/", "HEAD")
    assert (response.status, body) == (200, b"")
    assert int(response.getheader("Content-Length")) > 500


def test_file_names_may_be_encoded_in_utf8_or_gbk(replica: Replica):
    for path in ("/ysgk/2024/gxj/%E9%99%84%E4%BB%B61.pdf", "/ysgk/2024/gxj/%B8%BD%BC%FE1.pdf"):
        response, body = ask(replica, "qinhuangdao-replica", path)
        assert (response.status, body[:5]) == (200, b"%PDF-")


def test_the_data_proxy_wants_to_know_which_page_asks_and_takes_parameters_in_any_order():
    with serve(0, ["jining-replica"]) as hanweb:
        (path, *_) = [path for path in hanweb.resources["jining-replica"] if "dataproxy" in path]
        path = quote(path, safe="/?=&").replace("startrecord=1&endrecord=6", "endrecord=6&startrecord=1")
        assert ask(hanweb, "jining-replica", path)[0].status == 403
        response, body = ask(hanweb, "jining-replica", path, Referer="http://127.0.0.1/col/")
        assert (response.status, body.count(b"<record>")) == (200, 6)


def test_unknown_addresses_are_404_or_the_home_page(replica: Replica):
    assert ask(replica, "xinzhou-replica", "/no/such/page.html")[0].status == 404
    response, body = ask(replica, "zhumadian-replica", "/no/such/page.html")
    assert (response.status, body) == (200, ask(replica, "zhumadian-replica", "/")[1])


def test_the_matrix_is_gbk_and_does_not_say_so_in_its_header(replica: Replica):
    response, body = ask(replica, "qinhuangdao-replica", "/ysgk/bmys.html")
    assert response.getheader("Content-Type") == "text/html"
    assert "秦皇岛市山海关区商务局" in body.decode("gbk")


def test_a_taken_port_is_a_clear_error():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ReplicaError, match=f"port {port} on 127.0.0.1 is taken.*--port"), serve(port):
            pass


def test_the_command_says_when_its_port_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "scrapers.replica", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert ended.returncode == 1
    assert f"port {port} on 127.0.0.1 is taken" in ended.stderr

"""Scripted histories of addresses: the state of each, and the file that stands there, after every step.

A step and what is true after it, one line each. Steps: `a=x` file x is fetched at address a, `a~` it is
answered as unchanged, `a!` the request fails, `a404` it is not found, `all a b` a complete listing holds a
and b, `some a` an incomplete one, `also a` a complete one of a second column, `link c a` the page of c
links to a too, `hand a=x` a person hands in x. True: address, state, the file that
stands there, > where it moved to.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.dbt.conftest import Record
from tests.recognitions import sha
from warehouse.build import build
from warehouse.home import Home
from warehouse.record import events

HISTORIES = {
    "seen_again_and_again": """
        a=x     | a present x
        all a   | a present x
        a~      | a present x
        a=x     | a present x
    """,
    "failures_are_no_deletions": """
        a=x     | a present x
        a!      | a present x
        a404    | a present x
        a404    | a present x
        a~      | a present x
    """,
    "replaced_and_put_back": """
        a=x     | a present x
        a=y     | a changed y
        a!      | a changed y
        a~      | a changed y
        a=x     | a changed x
    """,
    "absent_once": """
        a=x     | a present x
        all a   | a present x
        all     | a absent x
        all a   | a present x
        all     | a absent x
        some a  | a present x
    """,
    "incomplete_listings_say_nothing_of_what_they_lack": """
        a=x     | a present x
        all a   | a present x
        some    | a present x
        some    | a present x
        all     | a absent x
        some    | a absent x
        all     | a withdrawn
    """,
    "never_listed": """
        a=x     | a present x
        all     | a present x
        all     | a present x
    """,
    "withdrawn_and_restored": """
        a=x     | a present x
        all a   | a present x
        all     | a absent x
        all     | a withdrawn
        all     | a withdrawn
        a!      | a withdrawn
        all a   | a restored x
        a~      | a restored x
        all     | a absent x
        all     | a withdrawn
    """,
    "restored_before_it_is_listed": """
        a=x     | a present x
        all a   | a present x
        all     | a absent x
        all     | a withdrawn
        a=x     | a restored x
        all a   | a restored x
        a=y     | a changed y
    """,
    "restored_with_another_file": """
        a=x     | a present x
        all a   | a present x
        all     | a absent x
        all     | a withdrawn
        a=y     | a restored y
    """,
    "changed_while_absent": """
        a=x     | a present x
        all a   | a present x
        all     | a absent x
        a=y     | a changed y
        all a   | a changed y
        all     | a absent y
        all a   | a changed y
    """,
    "moved": """
        a=x     | a present x
        all a   | a present x
        b=x     | a present x; b present x
        all b   | a absent x; b present x
        all b   | a moved > b; b present x
        all b   | a moved > b; b present x
    """,
    "moved_after_it_was_missed": """
        a=x     | a present x
        all a   | a present x
        all     | a absent x
        all     | a withdrawn
        b=x     | a moved > b; b present x
        all b   | a moved > b; b present x
    """,
    "moved_and_moved_back": """
        a=x     | a present x
        all a   | a present x
        b=x     | a present x; b present x
        all b   | a absent x; b present x
        all b   | a moved > b; b present x
        a=x     | a restored x; b present x
        all a   | a restored x; b absent x
        all a   | a restored x; b moved > a
    """,
    "one_of_two_copies_is_withdrawn": """
        a=x     | a present x
        b=x     | a present x; b present x
        all a b | a present x; b present x
        all a   | a present x; b absent x
        all a   | a present x; b withdrawn
    """,
    "linked_from_two_pages": """
        a=x      | a present x
        link c a | a present x
        all a c  | a present x
        all c    | a present x
        all c    | a present x
        all      | a absent x
        all      | a withdrawn
    """,
    "listed_in_two_columns": """
        a=x     | a present x
        all a   | a present x
        also a  | a present x
        all     | a present x
        all     | a present x
        also    | a absent x
        also    | a withdrawn
    """,
    "a_link_that_came_later_counts_from_then_on": """
        a=x      | a present x
        all a c  | a present x
        all c    | a absent x
        all c    | a withdrawn
        link c a | a restored x
    """,
    "handed_in": """
        hand a=x | a present x
        hand a=y | a changed y
    """,
}


def steps_of(history: str) -> list[tuple[str, str]]:
    lines = [line.split("|") for line in history.strip().splitlines()]
    return [(step.strip(), truth.strip()) for step, truth in lines]


class Script:
    """One history on a site of its own."""

    def __init__(self, record: Record, name: str) -> None:
        self.record, self.site = record, name
        record.site(name, "110108")

    def url(self, letter: str) -> str:
        return f"http://{self.site}.test/{letter}.pdf"

    def content(self, letter: str) -> str:
        return sha(f"{self.site} {letter}")

    def do(self, step: str) -> datetime:
        match step.split():
            case ["all" | "some" as kind, *letters]:
                self.listing("http://a.test/", letters, complete=kind == "all")
            case ["also", *letters]:
                self.listing("http://second.test/", letters, complete=True)
            case ["link", page, letter]:
                self.link(letter, page)
            case ["hand", put]:
                self.hand_in(*put.split("="))
            case [address] if address.endswith("!"):
                self.record.fetch(self.site, self.url(address[0]), None, "timeout")
            case [address] if address.endswith("404"):
                self.record.fetch(self.site, self.url(address[0]), None, "not_found")
            case [address] if address.endswith("~"):
                self.record.fetch(self.site, self.url(address[0]), self.standing[address[0]], "unchanged")
            case [put]:
                letter, content = put.split("=")
                self.link(letter, letter)
                self.standing[letter] = self.content(content)
                self.record.fetch(self.site, self.url(letter), self.content(content))
        return self.record.at

    @property
    def standing(self) -> dict[str, str]:
        return self.__dict__.setdefault("_standing", {})

    def link(self, letter: str, page: str) -> None:
        link = {"link_text": "", "page_title": ""}
        page_url = f"{self.url(page)}.html"
        self.record.add(events.DocumentLinked(url=self.url(letter), page_url=page_url, **link), self.site)

    def listing(self, listing_url: str, letters: list[str], *, complete: bool) -> None:
        entries = tuple(events.ListingEntry(url=f"{self.url(letter)}.html", title="") for letter in letters)
        self.record.add(
            events.ListingObserved(
                listing_url=listing_url, column_name="", complete=complete, page_count=1, entries=entries
            ),
            self.site,
        )

    def hand_in(self, letter: str, content: str) -> None:
        self.record.add(
            events.DocumentImported(
                site_name=self.site,
                region_code="110108",
                url=self.url(letter),
                sha256=self.content(content),
                byte_count=1,
                file_name="",
                title="",
                imported_by="李",
            ),
            self.site,
        )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[datetime]]]:
    """The warehouse of all histories, and the moment after each step of each."""
    record = Record(Home(tmp_path_factory.mktemp("histories")))
    moments = {}
    for name, history in HISTORIES.items():
        script = Script(record, name)
        moments[name] = [script.do(step) for step, _ in steps_of(history)]
    record.write()
    return build(record.home, record.home.path / "built.duckdb").target, moments


def truth_at(connection: duckdb.DuckDBPyConnection, name: str, moment: datetime) -> str:
    """What the warehouse says of a history's addresses at a moment, in the words of the script."""
    standing = connection.execute(
        "select url, document_sha256 from core.dim_document_version"
        " where url like $site and recorded_from <= $at and coalesce(recorded_to > $at, true)",
        {"site": f"http://{name}.test/%", "at": moment},
    ).fetchall()
    files = {sha(f"{name} {letter}"): letter for letter in "xyz"}
    stands = {url: files[sha256] for url, sha256 in standing}
    assert len(stands) == len(standing), "two files at one address"
    states = connection.execute(
        "select url, state, moved_to_url from core.fct_document_state"
        " where url like $site and recorded_from <= $at and coalesce(recorded_to > $at, true) order by url",
        {"site": f"http://{name}.test/%", "at": moment},
    ).fetchall()
    said = []
    for url, state, target in states:
        words = [url[-5], state, stands.pop(url, None), f"> {target[-5]}" if target else None]
        said.append(" ".join(word for word in words if word))
    assert not stands, "a file stands at an address without a state"
    return "; ".join(said)


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_is_told_step_by_step(played: tuple[Path, dict[str, list[datetime]]], name: str) -> None:
    warehouse, moments = played
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        told = [truth_at(connection, name, moment) for moment in moments[name]]
    steps = steps_of(HISTORIES[name])
    assert [(step, truth) for (step, _), truth in zip(steps, told, strict=True)] == steps


def test_states_of_an_address_follow_one_another_without_a_gap(
    played: tuple[Path, dict[str, list[datetime]]],
) -> None:
    query = """
        select count(*) from (
            select
                recorded_to is distinct from lead(recorded_from) over (
                    partition by url order by recorded_from
                ) as gap
            from core.fct_document_state
        ) where gap
    """
    with duckdb.connect(str(played[0]), read_only=True) as connection:
        assert connection.execute(query).fetchone() == (0,)


def test_nothing_of_a_version_is_known_before_it_was_seen(
    played: tuple[Path, dict[str, list[datetime]]],
) -> None:
    """As of an hour before its first step a history has no state."""
    warehouse, moments = played
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for name, (first, *_) in moments.items():
            assert truth_at(connection, name, first - timedelta(hours=1, minutes=30)) == ""

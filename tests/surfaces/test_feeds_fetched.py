"""Who may fetch which feed, in which form, and what is never handed out."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from cabas.storage.feed_shelf import FeedShelf
from cabas.surfaces.contract import Linked
from cabas.surfaces.feeds.app import routes
from cabas.surfaces.feeds.wire import key_of, unchanged
from support.acp import Links
from support.feeds import MILK, NOW, exported
from support.premises import Stage, an_agreement, stage_of

TSV = "/feeds/google/google/products.tsv"


class Partner:
    """A platform that fetches, with its key."""

    def __init__(self, root: Path, stage: Stage | None = None, platform: str = "google") -> None:
        self.stage = stage or stage_of(an_agreement("google"), an_agreement("bing"))
        self.stage.changes["feeds"] = FeedShelf(root)
        self.key = self.stage.key(platform)
        self.http = TestClient(Starlette(routes=routes(self.stage.premises)))

    def get(self, path: str = TSV, **headers: str) -> Any:
        usual = {"authorization": f"Bearer {self.key}", "accept-encoding": "identity"}
        return self.http.get(path, headers=usual | {name.replace("_", "-"): value for name, value in headers.items()})

    def names(self, platform: str = "google") -> list[str]:
        listed = self.get(f"/feeds/{platform}").json()["feeds"]
        return [file["url"].partition("/feeds/")[2] for feed in listed for file in feed["files"]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    exported(tmp_path)
    return tmp_path


@pytest.fixture
def google(root: Path) -> Partner:
    return Partner(root)


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert b"Lait" not in answer.content


def test_a_file_comes_packed_plain_or_packed_on_the_way(google: Partner, root: Path) -> None:
    stored = (root / "halle" / "google-google" / "latest" / "products.tsv.gz").read_bytes()
    whole = google.get(f"{TSV}.gz")
    assert (whole.content, whole.headers["content-type"]) == (stored, "application/gzip")
    plain = google.get()
    assert plain.content == gzip.decompress(stored)
    assert plain.content.splitlines()[1].startswith(b"milk\tLait entier\t")
    assert plain.headers["content-type"] == "text/tab-separated-values; charset=utf-8"
    on_the_way = google.get(accept_encoding="br, gzip;q=0.5")
    assert (on_the_way.content, on_the_way.headers["content-encoding"]) == (plain.content, "gzip")
    assert int(on_the_way.headers["content-length"]) == len(stored)
    assert "content-encoding" not in google.get(accept_encoding="gzip;q=0").headers
    assert len({one.headers["etag"] for one in (whole, plain, on_the_way)}) == 3


def test_who_has_it_is_told_so(google: Partner, root: Path) -> None:
    first = google.get()
    assert first.headers["last-modified"] == "Tue, 24 Nov 2026 06:00:00 GMT"
    for headers in (
        {"if_none_match": first.headers["etag"]},
        {"if_none_match": f'"other", W/{first.headers["etag"]}'},
        {"if_modified_since": first.headers["last-modified"]},
    ):
        again = google.get(**headers)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    exported(root, [MILK._replace(price=130)], at=NOW + timedelta(days=1))
    fresh = google.get(if_none_match=first.headers["etag"], if_modified_since="Wed, 25 Nov 2026 05:59:59 GMT")
    assert (fresh.status_code, b"1.30 EUR" in fresh.content) == (200, True)


def test_the_head_and_a_part_of_a_file(google: Partner) -> None:
    whole = google.get(f"{TSV}.gz")
    headers = {"authorization": f"Bearer {google.key}"}
    head = google.http.head(f"{TSV}.gz", headers=headers)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(whole.content)))
    assert google.http.head(TSV, headers=headers | {"accept-encoding": "identity"}).content == b""
    part = google.get(f"{TSV}.gz", range="bytes=10-19")
    assert (part.status_code, part.content) == (206, whole.content[10:20])


def test_the_key_may_come_as_a_password(google: Partner) -> None:
    told = base64.b64encode(f"merchant-center:{google.key}".encode()).decode()
    assert google.get(authorization=f"Basic {told}").status_code == 200


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic", "Basic !", "Basic " + base64.b64encode(b"google:").decode(), "Bearer ck_k1.wrong", "Digest a"],
)
def test_without_the_key_nothing_is_told(google: Partner, authorization: str) -> None:
    for path in ("/feeds/google", "/feeds/nobody", TSV, "/feeds/google/none/none"):
        answer = google.get(path, authorization=authorization)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Basic realm="feeds", charset="UTF-8"'
        assert b"Lait" not in answer.content


def test_an_open_door_and_a_shoppers_token_fetch_nothing(root: Path) -> None:
    tokens = Links({("token", "http://testserver/feeds"): Linked("google", "camille")})
    partner = Partner(root, stage_of(an_agreement("google", is_open=True), tokens=tokens))
    refused(partner.get(authorization="Bearer token"), 401, "unauthorized")
    refused(partner.http.get(TSV), 401, "unauthorized")


def test_a_platform_fetches_what_is_its_own(google: Partner, root: Path) -> None:
    exported(root, platform="bing")
    # A folder's name says nothing: this one could be read as google's.
    exported(root, platform="bing", folder="google-google-local")
    assert {name.partition("/")[0] for name in google.names()} == {"google"}
    refused(google.get("/feeds/bing"), 403, "other_platform")
    refused(google.get("/feeds/bing/google/products.tsv"), 403, "other_platform")
    refused(google.get("/feeds/google/google-local/products.tsv"), 404, "not_found")
    bing = Partner(root, google.stage, "bing")
    assert bing.get("/feeds/bing/google/products.tsv").status_code == 200


def test_only_the_last_full_export_is_fetched(google: Partner, root: Path) -> None:
    exported(root, [MILK._replace(name="Lait cru")], at=NOW + timedelta(hours=1))
    exported(root, [], kind="delta", at=NOW + timedelta(hours=2))
    assert b"Lait cru" in google.get().content


def test_what_is_for_the_retailer_alone_stays(google: Partner) -> None:
    files = ("products.jsonl.gz", "products.tsv.gz", "native_commerce.tsv.gz")
    assert sorted(google.names()) == sorted(f"google/google/{one}" for one in files)
    for name in ("rejected.csv", "state.txt.gz", "state.txt", "withdrawn.jsonl", "report.json"):
        refused(google.get(f"/feeds/google/google/{name}"), 404, "not_found")
    assert google.get("/feeds/google/google/..%2Freport.json").status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"agreement": "halle-google-2025"}, "not_found"),
        ({"retailer_": "other"}, "not_found"),
        ({"items": [MILK._replace(estimated=True)]}, "not_found"),
        ({"items": [MILK._replace(price=None)]}, "not_found"),
    ],
)
def test_exports_that_are_not_of_this_agreement_are_not_handed_out(
    tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    path = exported(tmp_path, changes.get("items", [MILK]))
    report = json.loads((path / "report.json").read_text())
    report |= {name.rstrip("_"): value for name, value in changes.items() if name != "items"}
    (path / "report.json").write_text(json.dumps(report))
    google = Partner(tmp_path)
    assert google.names() == []
    refused(google.get(), 404, code)


def test_a_report_that_cannot_be_read_hides_its_export(google: Partner, root: Path) -> None:
    (root / "halle" / "google-google" / "latest" / "report.json").write_text("{}")
    (root / "halle" / "stray.txt").write_text("a file")
    assert google.names() == []


def test_the_agreement_decides_on_the_day(root: Path) -> None:
    closed = Partner(root, stage_of(an_agreement("google", access='surfaces = ["ucp"]')))
    refused(closed.get(), 403, "surface_not_granted")
    early = Partner(root, stage_of(an_agreement("google"), now=datetime(2017, 12, 31, 9, tzinfo=UTC)))
    refused(early.get(), 403, "not_started")


def test_a_platform_beyond_its_quota_is_asked_to_wait(root: Path) -> None:
    partner = Partner(root, stage_of(an_agreement("google", access="requests_per_minute = 4")))
    assert partner.get().status_code == 200
    late = partner.get()
    refused(late, 429, "rate_limited")
    assert int(late.headers["retry-after"]) >= 1


def test_an_export_that_is_gone_is_asked_for_again(google: Partner, root: Path) -> None:
    (root / "halle" / "google-google" / "latest" / "products.tsv.gz").unlink()
    refused(google.get(), 503, "unavailable")


LATIN = st.text(st.characters(max_codepoint=255), max_size=60)


@given(LATIN | LATIN.map("Basic {}".format), LATIN)
def test_odd_headers_are_read_past(one: str, other: str) -> None:
    headers = Headers({"authorization": one, "if-modified-since": other})
    assert isinstance(key_of(headers), str)
    assert isinstance(unchanged(headers, '"a"', NOW), bool)

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.kernel.errors import InvalidInput
from cabas.kernel.ids import fingerprint, gtin_check_digit, idempotency_key, is_gtin, order_number, uuid7
from cabas.kernel.text import clean, fold


@given(st.text("0123456789", min_size=12, max_size=12))
def test_one_wrong_digit_is_always_seen(body: str) -> None:
    gtin = body + gtin_check_digit(body)
    assert is_gtin(gtin)
    for place, digit in enumerate(gtin):
        assert not is_gtin(gtin[:place] + str((int(digit) + 1) % 10) + gtin[place + 1 :])


@pytest.mark.parametrize("text", ["4006381333931", "96385074"])
def test_gtins(text: str) -> None:
    assert is_gtin(text)


@pytest.mark.parametrize("text", ["4006381333932", "", "abc", "٤٠٠٦٣٨١٣٣٣٩٣١", "123"])
def test_what_is_no_gtin(text: str) -> None:
    assert not is_gtin(text)


def test_ids_made_later_sort_later() -> None:
    early = uuid7(datetime(2026, 1, 1, tzinfo=UTC), 2**74 - 1)
    late = uuid7(datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC), 0)
    assert early < late
    assert UUID(early).version == 7


def test_order_numbers_can_be_read_aloud() -> None:
    number = order_number("018f-any-id")
    assert len(number) == 11
    assert number[5] == "-"
    assert not set(number) & set("ILOU")
    assert order_number("018f-any-id") == number


def test_the_fingerprint_is_sha_256_of_the_bytes() -> None:
    assert fingerprint(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"])
def test_keys_that_cannot_be_kept_are_refused(key: str) -> None:
    with pytest.raises(InvalidInput):
        idempotency_key(key)


def test_folding_brings_spellings_together() -> None:
    assert fold("ŒUFS d’Été") == fold("oeufs d'ete") == "oeufs d'ete"
    assert fold("Crème  brûlée") == "creme brulee"
    assert clean("a\u202eb\u200bc\x00d") == "a b c d"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)

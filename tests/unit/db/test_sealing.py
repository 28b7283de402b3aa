import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.db.sealing import (
    FOR_REQUEST_CONTENTS,
    Place,
    SealBroken,
    Sealer,
    SealingKeyMissing,
    SecretRefused,
    key_id,
    parse_secret,
    provider_key_place,
    sealed_with,
)

KEY = bytes(range(7, 250, 7))[:32]
OTHER_KEY = bytes(range(11, 250, 7))[:32]
NONCE = b"twelve bytes"
PLACE = Place("workspace-1", "provider_keys", "row-1", "secret_sealed")
SECRET = b"sk-a-provider-key-of-somebody"
ENVELOPE = Sealer(KEY).seal(SECRET, PLACE, NONCE)


def test_what_was_sealed_opens_at_its_place():
    assert Sealer(KEY).open(ENVELOPE, PLACE) == SECRET


@given(st.binary(max_size=200), st.binary(min_size=12, max_size=12))
def test_any_secret_opens_again_and_is_not_readable_in_the_envelope(secret: bytes, nonce: bytes):
    envelope = Sealer(KEY).seal(secret, PLACE, nonce)
    assert Sealer(KEY).open(envelope, PLACE) == secret
    assert len(secret) < 8 or secret not in envelope[21:]


OTHER_PLACES = {
    "another workspace": Place("workspace-2", "provider_keys", "row-1", "secret_sealed"),
    "another table": Place("workspace-1", "api_keys", "row-1", "secret_sealed"),
    "another row": Place("workspace-1", "provider_keys", "row-2", "secret_sealed"),
    "another column": Place("workspace-1", "provider_keys", "row-1", "other"),
    "the same letters cut elsewhere": Place("workspace-1p", "rovider_keys", "row-1", "secret_sealed"),
}


@pytest.mark.parametrize("place", OTHER_PLACES.values(), ids=OTHER_PLACES)
def test_an_envelope_moved_elsewhere_does_not_open(place: Place):
    with pytest.raises(SealBroken):
        Sealer(KEY).open(ENVELOPE, place)


def test_of_all_swaps_between_rows_columns_tables_workspaces_and_purposes_none_opens():
    places = [
        Place(workspace, table, row, column)
        for workspace in ("workspace-1", "workspace-2")
        for table in ("provider_keys", "request_contents")
        for row in ("row-1", "row-2")
        for column in ("secret_sealed", "content_sealed")
    ]
    sealers = {purpose: Sealer(KEY, purpose=purpose) for purpose in ("provider-key-secret", "request-content")}
    sealed = {
        (purpose, place): sealer.seal(SECRET, place, bytes((number,)) * 12)
        for purpose, sealer in sealers.items()
        for number, place in enumerate(places)
    }
    opened = 0
    for (purpose, place), sealer in ((where, sealers[where[0]]) for where in sealed):
        for other, envelope in sealed.items():
            try:
                assert sealer.open(envelope, place) == SECRET
                assert other == (purpose, place)
                opened += 1
            except SealBroken:
                assert other != (purpose, place)
    assert opened == len(sealed) == 32


def test_a_tag_cut_to_any_shorter_length_does_not_open():
    """GCM itself knows tags of 4 to 15 bytes, which are easier to forge: ours always has 16."""
    for tag_bytes in range(16):
        with pytest.raises(SealBroken):
            Sealer(KEY).open(ENVELOPE[: len(ENVELOPE) - 16 + tag_bytes], PLACE)
    empty = Sealer(KEY).seal(b"", PLACE, NONCE)
    for tag_bytes in range(16):
        with pytest.raises(SealBroken):
            Sealer(KEY).open(empty[: len(empty) - 16 + tag_bytes], PLACE)
    assert Sealer(KEY).open(empty, PLACE) == b""


def test_an_envelope_with_any_bit_flipped_does_not_open():
    for position in range(len(ENVELOPE)):
        for bit in range(8):
            flipped = bytearray(ENVELOPE)
            flipped[position] ^= 1 << bit
            with pytest.raises(SealBroken):
                Sealer(KEY).open(bytes(flipped), PLACE)


def test_an_envelope_cut_anywhere_or_made_longer_does_not_open():
    for length in range(len(ENVELOPE)):
        with pytest.raises(SealBroken):
            Sealer(KEY).open(ENVELOPE[:length], PLACE)
    with pytest.raises(SealBroken):
        Sealer(KEY).open(ENVELOPE + b"\0", PLACE)


def test_another_key_or_purpose_does_not_open_it():
    for sealer in (Sealer(OTHER_KEY), Sealer(KEY, purpose="another")):
        with pytest.raises(SealBroken):
            sealer.open(ENVELOPE, PLACE)


def test_after_a_key_change_old_envelopes_open_and_new_ones_use_the_new_key():
    rotated = Sealer(OTHER_KEY, others=[KEY])
    assert rotated.open(ENVELOPE, PLACE) == SECRET
    sealed_anew = rotated.seal(SECRET, PLACE, NONCE)
    assert Sealer(OTHER_KEY).open(sealed_anew, PLACE) == SECRET
    with pytest.raises(SealBroken):
        Sealer(KEY).open(sealed_anew, PLACE)


def test_either_key_seals_and_the_envelope_names_the_one_that_did():
    both = Sealer(KEY, others=[OTHER_KEY])
    assert both.key_ids == (key_id(KEY), key_id(OTHER_KEY))
    for key in (KEY, OTHER_KEY):
        envelope = both.seal(SECRET, PLACE, NONCE, key_id(key))
        assert sealed_with(envelope) == key_id(key)
        assert both.open(envelope, PLACE) == Sealer(key).open(envelope, PLACE) == SECRET
    assert sealed_with(both.seal(SECRET, PLACE, NONCE)) == key_id(KEY)


def test_a_key_has_one_id_for_every_purpose():
    assert Sealer(KEY, purpose=FOR_REQUEST_CONTENTS).key_ids == Sealer(KEY).key_ids == (key_id(KEY),)


def test_nothing_is_sealed_with_a_key_we_do_not_have():
    with pytest.raises(SealingKeyMissing):
        Sealer(KEY).seal(SECRET, PLACE, NONCE, key_id(OTHER_KEY))


def test_a_nonce_of_another_length_is_refused():
    for length in (0, 11, 13):
        with pytest.raises(ValueError):
            Sealer(KEY).seal(SECRET, PLACE, b"n" * length)


def test_the_place_of_a_provider_key_is_its_row():
    assert provider_key_place("w", "k") == Place("w", "provider_keys", "k", "secret_sealed")


def test_random_secrets_are_accepted_in_every_common_spelling():
    for _ in range(200):
        secret = os.urandom(32)
        standard = base64.b64encode(secret).decode()
        for text in (standard, standard.rstrip("="), base64.urlsafe_b64encode(secret).decode(), f" {standard}\n"):
            assert parse_secret("JWT_SECRET", text) == secret


def test_hex_digits_of_openssl_are_accepted():
    assert len(parse_secret("JWT_SECRET", os.urandom(32).hex())) == 48


REFUSED = {
    "missing": None,
    "empty": "   ",
    "not base64": "§" * 44,
    "too short": base64.b64encode(os.urandom(31)).decode(),
    "the word of every tutorial": "changeme",
    "that word, made long enough": "changeme" * 8,
    "a default in base64's alphabet": "perpetuo+development+secret+0123456789abcdefgh",
    "all bytes equal": base64.b64encode(b"\0" * 32).decode(),
    "two bytes in turn": base64.b64encode(b"\x01\xfe" * 16).decode(),
    "half of it twice": base64.b64encode(bytes(range(3, 250, 15))[:16] * 2).decode(),
    "counting": base64.b64encode(bytes(range(32))).decode(),
    "a sentence": base64.b64encode(b"this is a sentence and not a key").decode(),
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_weak_secrets_are_refused_with_the_remedy_and_without_the_value(value: str | None):
    with pytest.raises(SecretRefused) as refused:
        parse_secret("ENCRYPTION_KEY", value)
    message = str(refused.value)
    assert message.startswith("ENCRYPTION_KEY ") and "openssl rand -base64 32" in message
    assert not value or not value.strip() or value not in message

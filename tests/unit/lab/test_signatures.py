import pytest

from perpetuo.lab.signatures import is_signature_of, sign

KEY = "ab" * 16
SIGNATURE = sign(KEY, "hmm")


def test_a_signature_is_known_again_for_what_it_signed():
    assert is_signature_of(SIGNATURE, "hmm")
    assert not is_signature_of(SIGNATURE, "hm")


@pytest.mark.parametrize(
    "altered", ["", "s", "c2lnbmVk", SIGNATURE[:-4], SIGNATURE.replace("q", "r", 1), f" {SIGNATURE}", "ü"]
)
def test_what_was_altered_or_made_elsewhere_is_not(altered: str):
    assert not is_signature_of(altered, "hmm")


def test_text_of_any_kind_can_be_signed():
    for text in ("", "Zürich \u2028", "\ud800", "x" * 100_000):
        assert is_signature_of(sign(KEY, text), text)

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core.errors import (
    MAX_MESSAGE_CHARS,
    MAX_PARAM_CHARS,
    TABLE,
    ClientError,
    ConnectFailed,
    ConnectTimeout,
    EgressBlocked,
    GatewayError,
)


@pytest.mark.parametrize("code", TABLE)
def test_each_code_has_a_status_an_owner_of_the_fault_and_a_remedy(code: str) -> None:
    row = TABLE[code]
    assert (400 <= row.status < 500) is (row.fault == "client")
    assert row.remedy.endswith(".")
    assert GatewayError(code, "x").row is row


@given(st.text(st.characters(), max_size=3000), st.text(st.characters(), max_size=600))
def test_whatever_a_client_or_vendor_wrote_the_message_is_short_encodable_and_has_no_control_characters(
    message: str, param: str
) -> None:
    error = ClientError("invalid_value", message, param=param)
    assert error.param is not None
    assert len(error.message) <= MAX_MESSAGE_CHARS
    assert len(error.param) <= MAX_PARAM_CHARS
    for text in (error.message, error.param):
        msgspec.json.encode(text)
        assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text)
        assert not set(text) & set("\u2028\u2029\u202e\u2066\ufeff")


def test_half_a_surrogate_pair_can_not_make_the_reply_fail() -> None:
    assert msgspec.json.encode(ClientError("invalid_value", "a\ud800b").message) == b'"a?b"'


def test_a_sentence_is_left_as_it_is_in_any_script() -> None:
    text = "`模型` ist nicht bekannt: — café 🙂."
    assert ClientError("invalid_value", text).message == str(ClientError("invalid_value", text)) == text


def test_an_error_before_the_first_byte_says_that_nothing_was_sent() -> None:
    assert [kind("x").sent for kind in (ConnectFailed, EgressBlocked, ConnectTimeout)] == [False] * 3

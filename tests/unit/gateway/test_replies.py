"""Errors and headers as they look on the wire."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core.errors import AdmissionError, ClientError
from perpetuo.gateway.replies import error_body, error_event, header_value, telling_headers
from perpetuo.gateway.run import Run


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_a_header_value_is_printable_ascii_whatever_it_was_made_of(text: str) -> None:
    assert all(0x20 <= byte < 0x7F for byte in header_value(text))


def test_an_error_has_the_shape_of_openai_with_a_remedy_and_the_request_id() -> None:
    body = msgspec.json.decode(error_body(ClientError("invalid_value", "`n` is wrong.", param="n"), "r1"))
    assert body == {
        "error": {
            "message": "`n` is wrong. Correct the named field.",
            "type": "invalid_request_error",
            "param": "n",
            "code": "invalid_value",
            "request_id": "r1",
        }
    }


def test_details_stand_beside_the_message() -> None:
    error = AdmissionError("insufficient_quota", "Used up.", details={"attempts": []})
    assert msgspec.json.decode(error_body(error, "r1"))["error"]["attempts"] == []


def test_the_event_that_ends_a_stream_is_one_event_whatever_the_message_contains() -> None:
    event = error_event(ClientError("invalid_value", "a\n\ndata: [DONE]\r\n\u2028"), "r1")
    assert event.startswith(b"data: {")
    assert event.endswith(b"}\n\n")
    assert event.count(b"\n") == 2
    assert b"\r" not in event


def test_before_anything_is_decided_only_the_request_id_is_told() -> None:
    assert telling_headers(Run(id="r1", endpoint="models", received_ms=0, started_s=0.0)) == [
        (b"x-perpetuo-request-id", b"r1"),
        (b"x-request-id", b"r1"),
    ]

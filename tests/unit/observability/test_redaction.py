import base64
import json
import re
from urllib.parse import quote, quote_plus

import pytest

from perpetuo.observability.redaction import Redactor, mask

SECRET = 'S3cr3t/with"quotes+and=more~of-it-0042'
UNKNOWN = {
    "a bearer header": "Authorization: Bearer abcdefghijklmnop1234567890",
    "an openai key": "Incorrect API key provided: sk-proj-abcDEF1234567890abcDEF.",
    "an anthropic key": "key sk-ant-api03-abcDEF1234567890abcDEF is disabled",
    "a key of ours": "pk_0123456789abcdef0123456789abcdef0123456789abcdef",
    "a key header in json": '{"x-api-key": "abcdefghijklmnop1234567890"}',
    "a key header in json in json": '{"h": "{\\"api-key\\": \\"abcdefghijklmnop1234567890\\"}"}',
    "a google key": "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "a database url": "postgresql+asyncpg://owner:abcdefghijklmnop1234567890@db:5432/x",
    "a token of the dashboard": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.abcDEF123456",
}


@pytest.mark.parametrize("around", ["", "x", "xy", "xyz"])
@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text,
        lambda text: json.dumps(text),
        lambda text: json.dumps(json.dumps(text)),
        lambda text: json.dumps(text).replace("/", "\\/"),
        lambda text: quote(text, safe=""),
        lambda text: quote(text),
        lambda text: quote_plus(text, safe=" "),
        lambda text: re.sub("%..", lambda match: match[0].lower(), quote(text, safe="")),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
        lambda text: repr(text.encode()),
    ],
    ids=[
        "plain",
        "json",
        "json in json",
        "json with escaped slashes",
        "percent",
        "percent but slashes",
        "form",
        "small percent",
        "base64",
        "urlsafe",
        "repr",
    ],
)
def test_a_known_secret_is_found_in_every_encoding_and_at_every_alignment(encode, around):
    text = encode(around + SECRET + around)
    redacted = Redactor([SECRET]).redact_text(f"before {text} after")
    assert redacted.startswith("before ") and redacted.endswith(" after")
    # Any 8 characters in a row of the encoded secret's inside would be a leak.
    inside = text[8:-12]
    assert [inside[at : at + 8] for at in range(len(inside) - 7) if inside[at : at + 8] in redacted] == []


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_a_secret_nobody_told_us_is_found_by_its_shape(text):
    redacted = Redactor().redact_text(text)
    assert "…" in redacted
    for part in ("abcdefghijklmnop", "abcDEF123", "0123456789abcdef", "34567890abcdef", "IxMjM0NTYi"):
        assert part not in redacted


def test_at_most_four_characters_of_a_secret_remain_and_none_of_a_short_one():
    assert mask("x" * 30 + "1234") == "…1234"
    assert mask("x" * 16 + "1234") == "…"
    long = "sk-proj-" + "a1" * 20 + "WXYZ"
    assert Redactor([long]).redact_text(f"Bearer {long}") == "Bearer …WXYZ"


def test_of_two_secrets_of_which_one_contains_the_other_the_longer_is_masked_whole():
    short, long = "abcdef123456", "abcdef123456-and-a-longer-tail"
    assert Redactor([short, long]).redact_text(f"{long} {short}") == "…tail …"


@pytest.mark.parametrize(
    "text",
    [
        "The model `gpt-4` does not exist or you do not have access to it.",
        "max_tokens: must be at most 4096",
        "This model's maximum context length is 128000 tokens.",
        "request 01932b00-0000-7000-8000-000000000001 took 12.5 ms at https://api.openai.com/v1/chat/completions",
        "risk-assessment-of-the-whole-task and pk_short",
    ],
)
def test_ordinary_messages_stay_as_they_are(text):
    assert Redactor(["", "abc", "some-other-secret-value"]).redact_text(text) == text

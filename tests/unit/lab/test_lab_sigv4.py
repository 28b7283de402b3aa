from datetime import UTC, datetime

import msgspec
import pytest

from perpetuo.lab.server import HttpRequest
from perpetuo.lab.sigv4 import access_key_id, check_signature, is_signed
from perpetuo.lab.wire import Refusal

# Signed by botocore 1.44.8 (SigV4Auth) with the clock set to AT_S: what the check has to agree with.
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
AT_S = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/eu-central-1/bedrock/aws4_request,"
    " SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,"
    " Signature=d6749a514ff04a7fa555946844f04aec498c640abd9be52bba8ec79951d5efcf"
)
SIGNED = HttpRequest(
    method="POST",
    path="/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse",
    query="b=2&a=x%20y",
    headers={
        "content-type": "application/json",
        "host": "127.0.0.1:9100",
        "x-amz-date": "20261124T120000Z",
        "x-amz-security-token": "session/token+1==",
        "authorization": AUTHORIZATION,
        "user-agent": "not signed",
    },
    body=b'{"messages":[]}',
    keep_alive=True,
    received_at=AT_S,
)


def with_headers(**changed: str) -> HttpRequest:
    renamed = {name.replace("_", "-"): value for name, value in changed.items()}
    return msgspec.structs.replace(SIGNED, headers=SIGNED.headers | renamed)


def test_what_the_vendors_own_client_signed_is_accepted():
    check_signature(SIGNED, SECRET, AT_S)
    check_signature(SIGNED, SECRET, AT_S + 299)


TAMPERED = {
    "another body": msgspec.structs.replace(SIGNED, body=b'{"messages":[1]}'),
    "another method": msgspec.structs.replace(SIGNED, method="GET"),
    "another model": msgspec.structs.replace(SIGNED, path=SIGNED.path.replace("sonnet", "opus")),
    "the path encoded once less": msgspec.structs.replace(SIGNED, path=SIGNED.path.replace("%3A", ":")),
    "another query": msgspec.structs.replace(SIGNED, query="b=3&a=x%20y"),
    "another host": with_headers(host="example.com"),
    "another session": with_headers(x_amz_security_token="other"),
    "a header of AWS that was not signed": with_headers(x_amz_target="Other"),
    "another region": with_headers(authorization=AUTHORIZATION.replace("eu-central-1", "us-east-1")),
    "the service's other name": with_headers(authorization=AUTHORIZATION.replace("/bedrock/", "/bedrock-runtime/")),
    "a stamp that is none": with_headers(x_amz_date="today"),
    "a stamp of another day": with_headers(x_amz_date="20261125T120000Z"),
    "a header that can not be read": with_headers(authorization="AWS4-HMAC-SHA256 Credential=x"),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_anything_that_differs_from_what_was_signed_is_refused(case: str):
    with pytest.raises(Refusal) as caught:
        check_signature(TAMPERED[case], SECRET, AT_S)
    assert caught.value.status == 403


@pytest.mark.parametrize("now_s", [AT_S - 301, AT_S + 301])
def test_a_signature_holds_for_five_minutes(now_s: float):
    with pytest.raises(Refusal, match="expired"):
        check_signature(SIGNED, SECRET, now_s)


def test_another_secret_is_refused():
    with pytest.raises(Refusal, match="does not match"):
        check_signature(SIGNED, SECRET[:-1], AT_S)


def test_the_keys_id_is_read_without_the_secret():
    assert access_key_id(SIGNED.headers) == "AKIDEXAMPLE"
    assert is_signed(SIGNED.headers)
    assert not is_signed({"authorization": "Bearer key"})

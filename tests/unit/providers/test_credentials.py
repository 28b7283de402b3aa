import base64
import json
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from perpetuo.core.catalog import Auth, Vendor
from perpetuo.core.snapshot import InvalidSecret, Secret
from perpetuo.providers.credentials import TokenRefused, needs_token, read_token, secret_pieces, token_request

NOW_S = 1_800_000_000.0
RSA_KEY = rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def vendor(auth: Auth) -> Vendor:
    return Vendor(name="v", title="V", protocol="openai_chat", base_url=None, auth=auth)


def account(**changes: str) -> Secret:
    document = {
        "type": "service_account",
        "client_email": "a@p.test",
        "private_key": pem(RSA_KEY),
        "private_key_id": "k1",
    }
    return Secret(json.dumps(document | changes))


def client(**changes: str | None) -> Secret:
    document = {"tenant_id": "t/../x", "client_id": "c", "client_secret": "hidden-one", **changes}
    return Secret(json.dumps({name: value for name, value in document.items() if value is not None}))


def decoded(part: str) -> dict[str, object]:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_a_service_account_signs_an_assertion_that_google_can_check() -> None:
    request = token_request(vendor("google"), account(), NOW_S)
    assert request is not None
    assert request.url == "https://oauth2.googleapis.com/token"
    form = parse_qs(request.body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    head, claims, signature = form["assertion"][0].split(".")
    RSA_KEY.public_key().verify(
        base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)),
        f"{head}.{claims}".encode(),
        PKCS1v15(),
        SHA256(),
    )
    assert decoded(head) == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    said = decoded(claims)
    assert (said["iss"], said["aud"], said["iat"], said["exp"]) == (
        "a@p.test", "https://oauth2.googleapis.com/token", 1_800_000_000, 1_800_003_600,
    )  # fmt: skip


def test_an_entra_application_sends_its_client_credentials() -> None:
    request = token_request(vendor("azure"), client(), NOW_S)
    assert request is not None
    assert request.url == "https://login.microsoftonline.com/t%2F..%2Fx/oauth2/v2.0/token"
    assert parse_qs(request.body.decode())["client_secret"] == ["hidden-one"]


@pytest.mark.parametrize("auth", ["google", "azure", "bearer", "x-api-key"])
def test_a_secret_that_is_no_document_is_sent_as_it_is(auth: Auth) -> None:
    assert not needs_token(vendor(auth), Secret("ya29.token"))
    assert token_request(vendor(auth), Secret("ya29.token"), NOW_S) is None


UNUSABLE = {
    "a document without an account": ("google", Secret('{"private_key": "hidden-two"}')),
    "a key that is no PEM": ("google", account(private_key="hidden-two")),
    "a key of another kind": ("google", account(private_key=pem(ec.generate_private_key(ec.SECP256R1())))),
    "half a document": ("google", Secret('{"client_email": "hidden-two"')),
    "an application without its secret": ("azure", client(client_secret=None)),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_document_that_can_not_be_used_says_so_without_quoting_itself(name: str) -> None:
    auth, secret = UNUSABLE[name]
    with pytest.raises(InvalidSecret) as caught:
        token_request(vendor(auth), secret, NOW_S)  # type: ignore[arg-type]
    assert "enter" in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_token_ends_when_the_service_says() -> None:
    token = read_token(vendor("google"), account(), 200, b'{"access_token":"ya29.x","expires_in":3599}', NOW_S)
    assert (token.secret, token.expires_at_s) == (Secret("ya29.x"), NOW_S + 3599)


REFUSALS = {
    "with words": (401, b'{"error":"invalid_client","error_description":"bad"}', "invalid_client: bad"),
    "with a page": (503, b"<html>", "503"),
    "with a list": (400, b"[]", "400"),
    "a success without a token": (200, b"{}", "not a token"),
    "deep nesting": (200, b"[" * 100_000, "not a token"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_told_in_words(name: str) -> None:
    status, body, words = REFUSALS[name]
    with pytest.raises(TokenRefused) as caught:
        read_token(vendor("google"), account(), status, body, NOW_S)
    assert words in caught.value.message


PIECES = {
    "a plain key": ("sk-0123456789abcdef", {"sk-0123456789abcdef"}),
    "an AWS key in one line": ("AKIAIOSFODNN7EXAMPLE:hidden-secret-key", {"AKIAIOSFODNN7EXAMPLE", "hidden-secret-key"}),
    "a document": ('{"access_key_id":"AKIAIOSFODNN7EXAMPLE","region":"eu-west-1"}', {"AKIAIOSFODNN7EXAMPLE"}),
    "half a document": ('{"access_key_id":"AKIA', set()),
}


@pytest.mark.parametrize("name", PIECES)
def test_each_word_of_a_secret_is_one(name: str) -> None:
    secret, words = PIECES[name]
    assert set(secret_pieces(Secret(secret))) == {secret} | words


ASSUMING = {
    "access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "secret_access_key": "hidden-three",
    "role_arn": "arn:aws:iam::123456789012:role/chat",
    "external_id": "e 1",
    "region": "eu-west-1",
}
ASSUMED = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
  <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>short/lived+one</SecretAccessKey>
  <SessionToken>session==</SessionToken><Expiration>2027-01-15T08:00:00Z</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>"""


def test_a_role_is_assumed_with_a_signed_call_to_its_regions_sts() -> None:
    request = token_request(vendor("aws"), Secret(json.dumps(ASSUMING)), NOW_S)
    assert request is not None
    assert request.url == "https://sts.eu-west-1.amazonaws.com/"
    form = parse_qs(request.body.decode())
    assert (form["RoleArn"], form["ExternalId"]) == ([ASSUMING["role_arn"]], ["e 1"])
    authorization = dict(request.headers)["authorization"]
    assert authorization.startswith(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20270115/eu-west-1/sts/aws4_request"
    )


def test_assumed_keys_take_the_place_of_the_stored_ones_and_assume_nothing_more() -> None:
    stored = Secret(json.dumps(ASSUMING))
    token = read_token(vendor("aws"), stored, 200, ASSUMED, NOW_S)
    assert json.loads(token.secret.reveal()) == {
        "access_key_id": "ASIAIOSFODNN7EXAMPLE",
        "secret_access_key": "short/lived+one",
        "session_token": "session==",
        "region": "eu-west-1",
    }
    assert token.expires_at_s == 1_800_000_000
    assert not needs_token(vendor("aws"), token.secret)


def test_keys_without_a_role_are_used_as_they_are() -> None:
    plain = Secret(json.dumps({name: value for name, value in ASSUMING.items() if name != "role_arn"}))
    assert not needs_token(vendor("aws"), plain)
    assert token_request(vendor("aws"), plain, NOW_S) is None


def test_what_aws_says_of_a_refused_role_is_told() -> None:
    body = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>not allowed</Message></Error></ErrorResponse>"
    with pytest.raises(TokenRefused) as caught:
        read_token(vendor("aws"), Secret(json.dumps(ASSUMING)), 403, body, NOW_S)
    assert caught.value.message == "AccessDenied: not allowed"


def test_a_service_account_s_key_that_takes_long_to_check_is_refused_unread() -> None:
    secret = account(private_key=f"-----BEGIN PRIVATE KEY-----\n{'A' * 3_000}")
    with pytest.raises(InvalidSecret, match="3072-bit"):
        token_request(vendor("google"), secret, NOW_S)

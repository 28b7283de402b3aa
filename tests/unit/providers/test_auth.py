import json

import pytest

from perpetuo.core.catalog import Vendor
from perpetuo.core.snapshot import Secret
from perpetuo.providers.auth import InvalidSecret, auth_headers, aws_endpoint, check_secret, signed
from perpetuo.providers.base import UpstreamRequest


def vendor(auth: str) -> Vendor:
    return Vendor(name="v", title="V", protocol="openai_chat", base_url=None, auth=auth)  # type: ignore[arg-type]


CASES = {
    "a bearer token": ("bearer", "sk-1", (("authorization", "Bearer sk-1"),)),
    "a key header": ("x-api-key", "sk-1", (("x-api-key", "sk-1"),)),
    "Azure's and others' key header": ("api-key", "k-1", (("api-key", "k-1"),)),
    "Google's key header": ("x-goog-api-key", "k-1", (("x-goog-api-key", "k-1"),)),
    "a token of Google": ("google", "ya29.a", (("authorization", "Bearer ya29.a"),)),
    "a key of Azure": ("azure", "0123abcd", (("api-key", "0123abcd"),)),
    "a token of Entra": ("azure", "eyJ0.eyJh.c2ln-_", (("authorization", "Bearer eyJ0.eyJh.c2ln-_"),)),
    "an AWS key, which signs later": ("aws", "AKIAIOSFODNN7EXAMPLE:s", ()),
    "no authentication at all": ("none", "sk-1", ()),
    "a self-hosted server without a key": ("bearer", "", ()),
}


@pytest.mark.parametrize("name", CASES)
def test_the_key_travels_as_the_vendor_wants_it(name: str) -> None:
    auth, secret, headers = CASES[name]
    assert auth_headers(vendor(auth), Secret(secret)) == headers


@pytest.mark.parametrize("secret", ["sk\r\nhost: evil", "sk\n", "sk\r", "sk\x00", "sk 1", "sk\u2028", "schlüssel"])
@pytest.mark.parametrize("auth", ["bearer", "x-api-key", "api-key", "x-goog-api-key", "google", "azure"])
def test_a_secret_that_could_break_out_of_its_header_is_refused_without_being_shown(auth: str, secret: str) -> None:
    with pytest.raises(InvalidSecret) as caught:
        auth_headers(vendor(auth), Secret(secret))
    assert secret not in str(caught.value)


# --- signatures ---

KEY = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
AT_S = 1_440_938_160.0  # 2015-08-30T12:36:00Z
RUNTIME = "https://bedrock-runtime.eu-west-1.amazonaws.com"


def call(url: str = f"{RUNTIME}/model/m/converse", **headers: str) -> UpstreamRequest:
    return UpstreamRequest("POST", url, (("content-type", "application/json"), *headers.items()), b"{}")


def authorization(request: UpstreamRequest) -> str:
    return dict(request.headers)["authorization"]


@pytest.mark.parametrize("auth", ["bearer", "x-api-key", "none", "google", "azure"])
def test_only_aws_signs(auth: str) -> None:
    assert signed(call(), vendor(auth), Secret("x"), AT_S) == call()


def test_a_signed_request_is_the_request_and_its_signature() -> None:
    request = signed(call(), vendor("aws"), Secret(KEY), AT_S)
    assert (request.method, request.url, request.body) == ("POST", call().url, b"{}")
    assert request.headers[:1] == call().headers
    assert authorization(request).startswith(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20150830/eu-west-1/bedrock/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, Signature="
    )


def test_what_a_client_or_a_proxy_may_change_is_not_signed() -> None:
    labelled = call(accept="x", **{"x-perpetuo-request-id": "r", "user-agent": "u", "accept-encoding": "identity"})
    bare = signed(call(), vendor("aws"), Secret(KEY), AT_S)
    assert authorization(signed(labelled, vendor("aws"), Secret(KEY), AT_S)) == authorization(bare)


def test_another_body_or_time_is_another_signature() -> None:
    first = authorization(signed(call(), vendor("aws"), Secret(KEY), AT_S))
    other = UpstreamRequest("POST", call().url, call().headers, b"{ }")
    assert authorization(signed(other, vendor("aws"), Secret(KEY), AT_S)) != first
    assert authorization(signed(call(), vendor("aws"), Secret(KEY), AT_S + 1)) != first


def test_an_api_key_of_bedrock_is_a_bearer_token() -> None:
    assert authorization(signed(call(), vendor("aws"), Secret("ABSKabc="), AT_S)) == "Bearer ABSKabc="


HOSTS = {
    "bedrock-runtime.us-east-1.amazonaws.com": ("bedrock-runtime", "us-east-1"),
    "bedrock.us-east-1.amazonaws.com": ("bedrock", "us-east-1"),
    "bedrock-runtime-fips.us-gov-west-1.amazonaws.com": ("bedrock-runtime", "us-gov-west-1"),
    "bedrock-runtime.us-west-2.api.aws": ("bedrock-runtime", "us-west-2"),
    "bedrock-runtime.cn-north-1.amazonaws.com.cn": ("bedrock-runtime", "cn-north-1"),
    "vpce-0a1b-2c3d.bedrock-runtime.eu-west-1.vpce.amazonaws.com": ("bedrock-runtime", "eu-west-1"),
    "bedrock-runtime.us-east-1.amazonaws.com.evil.test": None,
    "evil.test": None,
    "127.0.0.1": None,
}


@pytest.mark.parametrize("host", HOSTS)
def test_an_endpoint_of_aws_names_its_service_and_region(host: str) -> None:
    assert aws_endpoint(f"https://{host}:443/model/x") == HOSTS[host]


def document(region: str | None) -> Secret:
    access_key_id, secret_access_key = KEY.split(":")
    keys = {"access_key_id": access_key_id, "secret_access_key": secret_access_key, "region": region}
    return Secret(json.dumps(keys))


def test_the_key_names_the_region_of_a_host_that_does_not() -> None:
    request = signed(call("https://proxy.test/model/m/converse"), vendor("aws"), document("ap-south-1"), AT_S)
    assert "/20150830/ap-south-1/bedrock/aws4_request" in authorization(request)


@pytest.mark.parametrize(
    ("url", "secret"),
    [("https://proxy.test/", document(None)), (f"{RUNTIME}/", document("us-east-1")), (f"{RUNTIME}/", Secret(""))],
    ids=["no region", "two regions", "no key"],
)
def test_a_request_that_can_not_be_signed_is_not_sent(url: str, secret: Secret) -> None:
    with pytest.raises(InvalidSecret) as caught:
        signed(call(url), vendor("aws"), secret, AT_S)
    assert "wJalr" not in str(caught.value)


# --- before a key is stored ---

SERVICE_ACCOUNT = json.dumps({"client_email": "a@b", "private_key": "-----BEGIN"})
STORABLE = {
    "an API key": ("bearer", "sk-1"),
    "an AWS key for the region of the base URL": ("aws", KEY),
    "an API key of Bedrock": ("aws", "ABSKabc="),
    "a service account": ("google", SERVICE_ACCOUNT),
    "an application of Entra": ("azure", json.dumps({"tenant_id": "t"})),
    "no key for a server that wants none": ("none", ""),
}
UNSTORABLE = {
    "an API key with a line break": ("bearer", "sk\n1"),
    "an AWS access key id alone": ("aws", "AKIAIOSFODNN7EXAMPLE"),
    "an AWS key of another region": ("aws", document("us-east-1").reveal()),
    "a key of Azure with a space": ("azure", "a b"),
}


@pytest.mark.parametrize("name", STORABLE)
def test_a_key_that_can_be_sent_is_stored(name: str) -> None:
    auth, secret = STORABLE[name]
    check_secret(vendor(auth), Secret(secret), RUNTIME)


@pytest.mark.parametrize("name", UNSTORABLE)
def test_a_key_that_could_never_be_sent_is_not_stored(name: str) -> None:
    auth, secret = UNSTORABLE[name]
    with pytest.raises(InvalidSecret):
        check_secret(vendor(auth), Secret(secret), RUNTIME)

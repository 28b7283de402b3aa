import hashlib

import pytest

from perpetuo.core.snapshot import Secret
from perpetuo.providers.aws_credentials import AwsKeys
from perpetuo.providers.sigv4 import Scope, canonical_request, signature_headers, string_to_sign

# AWS's own test suite, as botocore 1.44.8 carries it in tests/unit/auth/aws4_testsuite (read 2026-11-24).
KEYS = AwsKeys("AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
SCOPE = Scope("us-east-1", "service")
AT_S = 1_440_938_160.0  # 2015-08-30T12:36:00Z
DATE = ("x-amz-date", "20150830T123600Z")
SESSION_TOKEN = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfp"
    "SPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQ"
    "DYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+s"
    "cqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
# Name of the case -> method, target, headers beside host and date, body, digest of the canonical request, signature.
VECTORS: dict[str, tuple[str, str, tuple[tuple[str, str], ...], str, str, str]] = {
    "get-vanilla": (
        "GET",
        "/",
        (),
        "",
        "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "get-vanilla-query-order-key-case": (
        "GET",
        "/?Param2=value2&Param1=value1",
        (),
        "",
        "816cd5b414d056048ba4f7c5386d6e0533120fb1fcfa93762cf0fc39e2cf19e0",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "get-vanilla-query-order-value": (
        "GET",
        "/?Param1=value2&Param1=value1",
        (),
        "",
        "c968629d70850097a2d8781c9bf7edcb988b04cac14cca9be4acc3595f884606",
        "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694",
    ),
    "get-vanilla-query-order-key": (
        "GET",
        "/?Param1=value2&Param1=Value1",
        (),
        "",
        "704b4cef673542d84cdff252633f065e8daeba5f168b77116f8b1bcaf3d38f89",
        "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1",
    ),
    "get-vanilla-query-order-encoded": (
        "GET",
        "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
        (),
        "",
        "868294f5c38bd141c4972a373a76654f1418a8e4fc18b2e7903ae45e8ae0ec71",
        "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
    ),
    "get-vanilla-utf8-query": (
        "GET",
        "/?ሴ=bar",
        (),
        "",
        "eb30c5bed55734080471a834cc727ae56beb50e5f39d1bff6d0d38cb192a7073",
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
    ),
    "get-unreserved": (
        "GET",
        "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        (),
        "",
        "6a968768eefaa713e2a6b16b589a8ea192661f098f37349f4e2c0082757446f9",
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
    ),
    "get-utf8": (
        "GET",
        "/ሴ",
        (),
        "",
        "2a0a97d02205e45ce2e994789806b19270cfbbb0921b278ccf58f5249ac42102",
        "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
    ),
    "get-space": (
        "GET",
        "/example space/",
        (),
        "",
        "63ee75631ed7234ae61b5f736dfc7754cdccfedbff4b5128a915706ee9390d86",
        "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
    ),
    "get-special-character": (
        "GET",
        "/example/$delete",
        (),
        "",
        "4053e45b5cef7cec5e17f736b1c12b3faf0388fd4c0bd24326386f132039ce5c",
        "a853c9b21b528b19643d00910d35b83a10c366a10833ceefb45edd6c80e40f27",
    ),
    "get-slash": (
        "GET",
        "//",
        (),
        "",
        "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "get-slashes": (
        "GET",
        "//example//",
        (),
        "",
        "cb96b4ac96d501f7c5c15bc6d67b3035061cfced4af6585ad927f7e6c985c015",
        "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
    ),
    "get-slash-pointless-dot": (
        "GET",
        "/./example",
        (),
        "",
        "214d50c111a8edc4819da6a636336472c916b5240f51e9a51b5c3305180cf702",
        "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
    ),
    "get-relative-relative": (
        "GET",
        "/example1/example2/../..",
        (),
        "",
        "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "get-header-key-duplicate": (
        "GET",
        "/",
        (("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")),
        "",
        "dc7f04a3abfde8d472b0ab1a418b741b7c67174dad1551b4117b15527fbe966c",
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    ),
    "get-header-value-multiline": (
        "GET",
        "/",
        (("My-Header1", "value1\n  value2\n     value3"),),
        "",
        "e99419459a677bc11de234014be3c4e72c1ea5b454ceb58b613061f5d7a162e8",
        "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd",
    ),
    "get-header-value-trim": (
        "GET",
        "/",
        (("My-Header1", " value1"), ("My-Header2", ' "a   b   c"')),
        "",
        "a726db9b0df21c14f559d0a978e563112acb1b9e05476f0a6a1c7d68f28605c7",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    "post-header-value-case": (
        "POST",
        "/",
        (("My-Header1", "VALUE1"),),
        "",
        "d51ced243e649e3de6ef63afbbdcbca03131a21a7103a1583706a64618606a93",
        "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
    ),
    "post-sts-header-before": (
        "POST",
        "/",
        (),
        "",
        "c237e1b440d4c63c32ca95b5b99481081cb7b13c7e40434868e71567c1a882f6",
        "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
    ),
    "post-x-www-form-urlencoded": (
        "POST",
        "/",
        (("Content-Type", "application/x-www-form-urlencoded"),),
        "Param1=value1",
        "42a5e5bb34198acb3e84da4f085bb7927f2bc277ca766e6d19c73c2154021281",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
    "post-x-www-form-urlencoded-parameters": (
        "POST",
        "/",
        (("Content-Type", "application/x-www-form-urlencoded; charset=utf8"),),
        "Param1=value1",
        "2e1cf7ed91881a30569e46552437e4156c823447bf1781b921b5d486c568dd1c",
        "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_a_signature_is_the_one_of_aws_own_test_suite(name: str) -> None:
    method, target, headers, body, digest, signature = VECTORS[name]
    keys = KEYS
    if name == "post-sts-header-before":
        keys = AwsKeys(KEYS.access_key_id, KEYS.secret_access_key, Secret(SESSION_TOKEN))
    url = f"https://example.amazonaws.com{target}"
    added = signature_headers(method, url, headers, body.encode(), keys, SCOPE, AT_S)
    host = (("Host", "example.amazonaws.com"),)
    canonical, _ = canonical_request(method, url, (*host, *headers, *added[:-1]), body.encode())
    assert hashlib.sha256(canonical.encode()).hexdigest() == digest
    assert string_to_sign("20150830T123600Z", "scope", canonical).endswith(digest)
    assert added[-1][0] == "authorization"
    assert added[-1][1].endswith(f"Signature={signature}")


def test_the_time_and_a_session_token_travel_beside_the_signature() -> None:
    keys = AwsKeys(KEYS.access_key_id, KEYS.secret_access_key, Secret(SESSION_TOKEN))
    added = dict(signature_headers("POST", "https://example.amazonaws.com/", (), b"", keys, SCOPE, AT_S))
    assert added["x-amz-date"] == DATE[1]
    assert added["x-amz-security-token"] == SESSION_TOKEN
    assert added["authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date;x-amz-security-token, Signature="
    )


def test_an_encoded_path_is_encoded_a_second_time() -> None:
    url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse"
    canonical, _ = canonical_request("POST", url, (), b"")
    assert canonical.split("\n")[1] == "/model/amazon.nova-lite-v1%253A0/converse"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.amazonaws.com/", "example.amazonaws.com"),
        ("https://example.amazonaws.com:443/", "example.amazonaws.com"),
        ("https://example.amazonaws.com:8443/", "example.amazonaws.com:8443"),
        ("http://127.0.0.1:80/", "127.0.0.1"),
        ("http://[::1]:9000/", "[::1]:9000"),
    ],
)
def test_the_signed_host_is_the_one_the_client_sends(url: str, host: str) -> None:
    with_host = signature_headers("GET", url, (("host", host),), b"", KEYS, SCOPE, AT_S)
    assert signature_headers("GET", url, (), b"", KEYS, SCOPE, AT_S) == with_host

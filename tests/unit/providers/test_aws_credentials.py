import json

import pytest

from perpetuo.core.snapshot import InvalidSecret, Secret
from perpetuo.providers.aws_credentials import AwsKeys, BedrockApiKey, parse_aws_secret

ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
BARE = AwsKeys(ID, Secret(SECRET))

KEYS = {
    "a key and its secret": (f"{ID}:{SECRET}", BARE),
    "white space around it": (f"  {ID}:{SECRET}\n", BARE),
    "temporary keys": (f"{ID}:{SECRET}:tok/en+=", AwsKeys(ID, Secret(SECRET), Secret("tok/en+="))),
    "a document": (json.dumps({"access_key_id": ID, "secret_access_key": SECRET}), BARE),
    "a document with everything": (
        json.dumps(
            {
                "access_key_id": ID,
                "secret_access_key": SECRET,
                "session_token": "t",
                "region": "eu-central-1",
                "role_arn": "arn:aws:iam::1:role/r",
                "external_id": "e",
                "role_session_name": "n",
                "unknown": 1,
            }
        ),
        AwsKeys(ID, Secret(SECRET), Secret("t"), "eu-central-1", "arn:aws:iam::1:role/r", "e", "n"),
    ),
    "a region of another partition": (
        json.dumps({"access_key_id": ID, "secret_access_key": SECRET, "region": "us-gov-west-1"}),
        AwsKeys(ID, Secret(SECRET), region="us-gov-west-1"),
    ),
    "an API key": ("ABSKQmVkcm9ja0FQSUtleQ==", BedrockApiKey(Secret("ABSKQmVkcm9ja0FQSUtleQ=="))),
    "an API key in a document": (
        json.dumps({"api_key": "bedrock-api-key-x"}),
        BedrockApiKey(Secret("bedrock-api-key-x")),
    ),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_read_from(name: str) -> None:
    secret, keys = KEYS[name]
    assert parse_aws_secret(secret) == keys


REFUSED = {
    "an access key id alone": (ID, "access_key_id:secret_access_key"),
    "no secret": (f"{ID}:", "no secret_access_key"),
    "no id": (f":{SECRET}", "no access_key_id"),
    "an empty document": ("{}", "no access_key_id and no secret_access_key"),
    "too many parts": (f"{ID}:{SECRET}:a:b", "two or three parts"),
    "an id that is none": (f"x:{SECRET}", "access_key_id is not one"),
    "a secret with a line break": (f"{ID}:wJalr\nhost", "secret_access_key holds"),
    "a token with a space": (f"{ID}:{SECRET}:a b", "session_token holds"),
    "half a document": (f'{{"access_key_id": "{ID}", "secret_access_key": "{SECRET}"', "not a JSON object"),
    "a document of numbers": ('{"access_key_id": 7}', "not a JSON object"),
    "a document that nests without end": ('{"a":' * 100_000, "not a JSON object"),
    "a region that is none": (
        json.dumps({"access_key_id": ID, "secret_access_key": SECRET, "region": "evil.test/"}),
        "region is not one",
    ),
    "nothing": ("", "empty"),
    "an API key with a space": ("ABSK x", "holds a character"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_key_is_refused_without_being_shown(name: str) -> None:
    secret, words = REFUSED[name]
    with pytest.raises(InvalidSecret) as caught:
        parse_aws_secret(secret)
    assert words in str(caught.value)
    assert "wJalr" not in repr(caught.value)
    assert "wJalr" not in repr(caught.value.__context__ if not caught.value.__suppress_context__ else None)


def test_keys_do_not_show_their_secrets() -> None:
    keys = parse_aws_secret(f"{ID}:{SECRET}:token-1")
    assert SECRET not in repr(keys)
    assert "token-1" not in repr(keys)

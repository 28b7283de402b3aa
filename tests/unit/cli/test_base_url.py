import pytest

from perpetuo.cli.admin import read_base_url
from perpetuo.cli.failures import Failure
from perpetuo.core.catalog import Vendor

VENDOR = Vendor(name="v", title="Vee", protocol="openai_chat", base_url=None)
WRONG = {
    "nothing": None,
    "no scheme": "llm.example.com/v1",
    "a query": "https://llm.example.com/v1?x=1",
    "a fragment": "https://llm.example.com/v1#x",
    "a user": "https://user:secret@llm.example.com/v1",
    "a blank": "https://llm.example.com/v 1",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_base_url_that_could_go_elsewhere_is_refused_with_the_remedy(name: str) -> None:
    with pytest.raises(Failure) as caught:
        read_base_url(VENDOR, WRONG[name])
    assert "--base-url" in str(caught.value)


def test_a_base_url_loses_its_last_slash() -> None:
    assert read_base_url(VENDOR, "https://llm.example.com/v1/") == "https://llm.example.com/v1"

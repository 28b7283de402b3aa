"""What a vendor's error repeats of a prompt does not get into the log; what it says itself does."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.observability.echo import NOT_KEPT, WINDOW_CHARS, without_echo

PROMPT = 'Tell "nobody" about the café in Zürich,\nnor about 東京の小さな喫茶店の場所と名前.'


@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_a_prompt_is_taken_out_however_it_is_spelt_and_the_rest_stays(ensure_ascii: bool) -> None:
    messages = json.dumps([{"role": "user", "content": PROMPT}], ensure_ascii=ensure_ascii).encode()
    for echo in (PROMPT, json.dumps(PROMPT), json.dumps(PROMPT, ensure_ascii=False)):
        said = without_echo(f"messages[0].content: `{echo}` is refused by our policy.", [messages])
        assert said.startswith("messages[0].content")
        assert said.endswith("is refused by our policy.")
        for lost in ("nobody", "café", "about the", "小さな喫茶店"):
            assert lost not in said


def test_a_message_of_its_own_words_is_kept_as_it_is() -> None:
    said = "Unsupported value: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    assert without_echo(said, [json.dumps([{"role": "user", "content": PROMPT}]).encode()]) == said
    assert without_echo(said, []) == said
    assert without_echo("", [b"x"]) == ""


def test_of_a_request_too_long_to_look_through_nothing_is_kept() -> None:
    assert without_echo("x" * 500, [bytes(30_000_000)]) == NOT_KEPT


@given(st.text(max_size=40), st.text(min_size=17, max_size=60), st.text(max_size=40))
def test_no_run_of_seventeen_characters_survives(before: str, echoed: str, after: str) -> None:
    said = without_echo(before + echoed + after, [json.dumps(echoed).encode()])
    assert all(echoed[at : at + 17] not in said for at in range(len(echoed) - 16)) or _is_around(echoed, before, after)


def _is_around(echoed: str, before: str, after: str) -> bool:
    """The vendor's own words happen to hold the same, across the border."""
    return any(echoed[at : at + 17] in before + after for at in range(len(echoed) - 16))


def test_the_longest_run_that_may_stay_is_shorter_than_two_windows() -> None:
    for shift in range(WINDOW_CHARS):
        said = without_echo("." * shift + "abcdefghijklmnopqrstuvwxyz", [b'"abcdefghijklmnopqrstuvwxyz"'])
        kept = said.strip(".").split("…")
        assert all(len(part) < WINDOW_CHARS // 2 for part in kept)

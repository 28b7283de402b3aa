from perpetuo.core.usage import NOT_REPORTED, estimate_tokens


def test_four_bytes_are_about_a_token_and_a_rest_counts_as_one() -> None:
    assert [estimate_tokens(size) for size in (0, 1, 4, 5)] == [0, 1, 1, 2]


def test_what_was_not_reported_is_none_and_not_zero() -> None:
    assert NOT_REPORTED.input_tokens is NOT_REPORTED.output_tokens is NOT_REPORTED.reasoning_tokens is None
    assert NOT_REPORTED.source == "none"

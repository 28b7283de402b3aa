import pytest

from perpetuo.core.resilience.headroom import MAX_BUDGETS, MAX_MODELS_PER_KEY, Headroom, Need, parse_reset, read_budgets

WALL_S = 1_764_000_000.0  # 2025-11-24T16:00:00Z

RESETS = {
    "OpenAI's minutes and seconds": ("6m0s", 360.0),
    "one second": ("1s", 1.0),
    "OpenAI's milliseconds": ("20ms", 0.02),
    "Groq's fractions": ("1m26.4s", 86.4),
    "hours": ("1h2m3s", 3723.0),
    "Azure's seconds": ("12", 12.0),
    "Cerebras' fractions of seconds": ("26.28", 26.28),
    "SambaNova's Unix seconds": (str(int(WALL_S) + 30), 30.0),
    "OpenRouter's Unix milliseconds": (str((int(WALL_S) + 45) * 1000), 45.0),
    "Anthropic's date": ("2025-11-24T16:01:00Z", 60.0),
    "a date with an offset": ("2025-11-24T17:01:00+01:00", 60.0),
    "a date that has passed": ("2025-11-24T15:00:00Z", 0.0),
    "nothing": (None, None),
    "words": ("soon", None),
    "a negative number": ("-5", None),
    "a number without end": ("9" * 60, None),
    "a duration with a hole": ("5s and 3m", None),
    "not a date": ("T", None),
}


@pytest.mark.parametrize("case", RESETS)
def test_a_reset_is_read_as(case: str) -> None:
    text, left_s = RESETS[case]
    assert parse_reset(text, WALL_S) == (left_s if left_s is None else pytest.approx(left_s))


REPLIES = {
    "OpenAI": (
        {
            "x-ratelimit-limit-requests": "5000",
            "x-ratelimit-remaining-requests": "4999",
            "x-ratelimit-reset-requests": "12ms",
            "x-ratelimit-limit-tokens": "160000",
            "x-ratelimit-remaining-tokens": "159976",
            "x-ratelimit-reset-tokens": "6m0s",
        },
        {("requests", 4999.0, 0.012), ("tokens", 159976.0, 360.0)},
    ),
    "Cerebras": (
        {
            "x-ratelimit-remaining-requests-day": "13693",
            "x-ratelimit-reset-requests-day": "11726.5",
            "x-ratelimit-remaining-tokens-minute": "60000",
            "x-ratelimit-reset-tokens-minute": "26.5",
        },
        {("requests", 13693.0, 11726.5), ("tokens", 60000.0, 26.5)},
    ),
    "Mistral, which names windows and no resets": (
        {
            "x-ratelimit-remaining-req-minute": "59",
            "x-ratelimit-remaining-tokens-minute": "47196",
            "x-ratelimit-remaining-tokens-month": "3950246",
            "x-ratelimit-tokens-query-cost": "2804",
        },
        {("requests", 59.0, 60.0), ("tokens", 47196.0, 60.0), ("tokens", 3950246.0, 86400.0)},
    ),
    "Fireworks": (
        {"x-ratelimit-remaining-tokens-prompt": "900", "x-ratelimit-remaining-tokens-generated": "36"},
        {("input_tokens", 900.0, 60.0), ("output_tokens", 36.0, 60.0)},
    ),
    "Together": (
        {"x-ratelimit-remaining": "9", "x-ratelimit-reset": "1", "x-tokenlimit-remaining": "1000"},
        {("requests", 9.0, 1.0), ("tokens", 1000.0, 1.0)},
    ),
    "OpenRouter": (
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str((int(WALL_S) + 45) * 1000)},
        {("requests", 0.0, 45.0)},
    ),
    "Anthropic": (
        {
            "anthropic-ratelimit-requests-remaining": "999",
            "anthropic-ratelimit-requests-reset": "2025-11-24T16:00:06Z",
            "anthropic-ratelimit-input-tokens-remaining": "80000",
            "anthropic-ratelimit-input-tokens-reset": "2025-11-24T16:00:10Z",
            "anthropic-ratelimit-output-tokens-remaining": "16000",
            "anthropic-ratelimit-output-tokens-reset": "2025-11-24T16:01:00Z",
        },
        {("requests", 999.0, 6.0), ("input_tokens", 80000.0, 10.0), ("output_tokens", 16000.0, 60.0)},
    ),
    "Azure where it does not count": (
        {"x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "0"},
        set(),
    ),
    "budgets of another kind": (
        {"x-ratelimit-remaining-images": "0", "anthropic-ratelimit-unified-remaining": "0", "x-ratelimit-": "0"},
        set(),
    ),
    "no such header": ({"content-type": "application/json", "ratelimit": "x", "retry-after": "3"}, set()),
    "not numbers": ({"x-ratelimit-remaining-requests": "nan", "x-ratelimit-remaining-tokens": "1e400"}, set()),
}


@pytest.mark.parametrize("case", REPLIES)
def test_what_a_reply_says_is_left(case: str) -> None:
    headers, expected = REPLIES[case]
    budgets = read_budgets(headers.items(), 1000.0, WALL_S)
    assert {(b.unit, b.remaining, round(b.until_s - 1000.0, 6)) for b in budgets} == expected


def test_made_up_headers_do_not_fill_the_book() -> None:
    headers = [(f"x-ratelimit-remaining-tokens-{number}", "1") for number in range(1000)]
    assert len(read_budgets(headers, 0.0, WALL_S)) == MAX_BUDGETS
    book = Headroom()
    for number in range(MAX_MODELS_PER_KEY + 50):
        book.record("k", f"name-{number}", read_budgets(headers[:1], 0.0, WALL_S))
    assert len(list(book.known())) == MAX_MODELS_PER_KEY


def told(**remaining: str) -> Headroom:
    book = Headroom()
    headers = {f"x-ratelimit-remaining-{name}": value for name, value in remaining.items()}
    headers |= {f"x-ratelimit-reset-{name}": "12s" for name in remaining}
    book.record("k", "sun", read_budgets(headers.items(), 0.0, WALL_S))
    return book


def reason(book: Headroom, now_s: float = 0.0, need: Need = Need()) -> str | None:  # noqa: B008 - frozen
    return book.short(now_s, ["k"], need).get(("k", "sun"))


def test_who_has_said_nothing_of_a_limit_has_room() -> None:
    assert Headroom().short(0.0, ["k"], Need(10**9, 10**9)) == {}


def test_no_requests_left_is_said_with_the_time_until_there_are_some() -> None:
    assert reason(told(requests="0"), 0.5) == "Its rate limit has 0 requests left for 12 s."


def test_after_the_reset_there_is_room_again() -> None:
    assert reason(told(requests="0"), 11.9) is not None
    assert reason(told(requests="0"), 12.0) is None


def test_tokens_suffice_or_do_not_for_this_very_request() -> None:
    book = told(requests="9", tokens="1000")
    assert reason(book, need=Need(600, 400)) is None
    assert reason(book, need=Need(600, 401)) == "Its rate limit has 1000 tokens left for 12 s."


def test_requests_under_way_count_until_the_vendor_has_told_anew() -> None:
    book = told(requests="2", tokens="1000")
    first, second = book.take("k", "sun", Need(300, 300)), book.take("k", "sun", Need())
    assert reason(book) == "Its rate limit has 0 requests left for 12 s."
    book.give_back(second)
    assert reason(book) is None
    assert reason(book, need=Need(300, 300)) is not None
    book.give_back(first)
    assert reason(book, need=Need(300, 300)) is None


def test_a_request_to_whom_no_limit_is_known_is_not_counted() -> None:
    book = Headroom()
    taken = book.take("k", "sun", Need())
    assert taken is None
    book.give_back(taken)


def test_of_several_shortages_the_longest_is_told() -> None:
    book = Headroom()
    headers = {
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "5s",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "50s",
    }
    book.record("k", "sun", read_budgets(headers.items(), 0.0, WALL_S))
    assert reason(book, need=Need(1, 0)) == "Its rate limit has 0 tokens left for 50 s."

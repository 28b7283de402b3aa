import msgspec

from perpetuo.lab.prefix_cache import Lookup, PrefixCache, Segment, prefixes_of, segments_of

BLOCK = 4
MARK = {"type": "ephemeral"}


def prefixes(*texts: str, scope: str = "m|k", marked: tuple[int, ...] = (), only_marked: bool = False):
    segments = [Segment("user", text, index in marked) for index, text in enumerate(texts)]
    return prefixes_of(segments, scope=scope, block_tokens=BLOCK, only_marked=only_marked)


def look_up(
    cache: PrefixCache, found: list, *, now_s: float = 0.0, minimum: int = 0, only_marked: bool = False
) -> Lookup:
    return cache.look_up(found, now_s=now_s, ttl_s=10.0, min_tokens=minimum, only_marked=only_marked)


def asked(cache: PrefixCache, found: list, **options) -> Lookup:
    """A request that was answered."""
    lookup = look_up(cache, found, **options)
    cache.keep(lookup.keep, options.get("now_s", 0.0))
    return lookup


def body(**fields: object) -> bytes:
    return msgspec.json.encode(fields)


def test_a_repeated_prompt_is_cached_in_whole_blocks():
    cache = PrefixCache()
    prompt = prefixes("x" * 50)  # three blocks of 16 bytes, and two bytes
    assert asked(cache, prompt).cached_tokens == 0
    assert asked(cache, prompt).cached_tokens == 12


def test_only_the_common_beginning_counts():
    cache = PrefixCache()
    asked(cache, prefixes("x" * 48))
    assert asked(cache, prefixes("x" * 32 + "y" * 32)).cached_tokens == 8
    assert asked(cache, prefixes("y" + "x" * 47)).cached_tokens == 0


def test_a_conversation_that_goes_on_finds_its_past():
    cache = PrefixCache()
    asked(cache, prefixes("a" * 20, "b" * 20))
    assert asked(cache, prefixes("a" * 20, "b" * 20, "c" * 30)).cached_tokens == 8


def test_where_one_message_ends_and_the_next_begins_is_part_of_the_prompt():
    cache = PrefixCache()
    asked(cache, prefixes("a" * 20, "a" * 20))
    assert asked(cache, prefixes("a" * 40)).cached_tokens == 4, "the same letters, another message"


def test_another_key_or_model_shares_nothing():
    cache = PrefixCache()
    asked(cache, prefixes("x" * 64, scope="m|one"))
    assert asked(cache, prefixes("x" * 64, scope="m|two")).cached_tokens == 0


def test_a_prefix_is_kept_for_its_time_after_its_last_use():
    cache = PrefixCache()
    prompt = prefixes("x" * 64)
    asked(cache, prompt, now_s=0)
    assert asked(cache, prompt, now_s=9).cached_tokens == 16
    assert asked(cache, prompt, now_s=18).cached_tokens == 16
    assert asked(cache, prompt, now_s=28).cached_tokens == 0


def test_a_short_prompt_is_not_cached():
    cache = PrefixCache()
    prompt = prefixes("x" * 64)
    asked(cache, prompt, minimum=17)
    assert asked(cache, prompt, minimum=17) == Lookup()


def test_an_unanswered_request_leaves_nothing():
    cache = PrefixCache()
    prompt = prefixes("x" * 64)
    look_up(cache, prompt)
    assert look_up(cache, prompt).cached_tokens == 0


def test_what_was_not_used_for_longest_is_forgotten_first():
    cache = PrefixCache(limit=8)
    old, new = prefixes("a" * 64), prefixes("b" * 64)
    asked(cache, old)
    asked(cache, new)
    asked(cache, prefixes("c" * 64))
    assert len(cache) == 8
    assert (asked(cache, old).cached_tokens, asked(cache, new).cached_tokens) == (0, 0)


def test_without_marks_nothing_is_cached_where_marks_decide():
    cache = PrefixCache()
    prompt = prefixes("x" * 64, only_marked=True)
    assert asked(cache, prompt, only_marked=True) == asked(cache, prompt, only_marked=True) == Lookup()


def test_the_marked_part_is_written_once_and_read_from_then_on():
    cache = PrefixCache()
    prompt = prefixes("x" * 40, "y" * 40, marked=(0,), only_marked=True)
    first, second = asked(cache, prompt, only_marked=True), asked(cache, prompt, only_marked=True)
    assert (first.cached_tokens, first.written_tokens) == (0, 10)
    assert (second.cached_tokens, second.written_tokens) == (10, 0)


def test_a_mark_that_moves_on_reads_the_old_part_and_writes_the_new():
    cache = PrefixCache()
    asked(cache, prefixes("x" * 40, marked=(0,), only_marked=True), only_marked=True)
    longer = asked(cache, prefixes("x" * 40, "y" * 40, marked=(1,), only_marked=True), only_marked=True)
    assert (longer.cached_tokens, longer.written_tokens) == (10, 10)


def test_a_text_is_the_same_prompt_alone_or_as_a_part_and_with_or_without_a_mark():
    alone = segments_of(body(messages=[{"role": "user", "content": "hi"}]))
    part = segments_of(body(messages=[{"role": "user", "content": [{"type": "text", "text": "hi"}]}]))
    marked = segments_of(
        body(messages=[{"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": MARK}]}])
    )
    assert alone == part
    assert marked == [*part[:-1], msgspec.structs.replace(part[-1], is_marked=True)]


def test_tools_come_before_system_and_messages_whatever_the_order_of_the_fields():
    given = {"messages": [{"role": "user", "content": "c"}], "system": "b", "tools": [{"name": "a"}]}
    assert [segment.text for segment in segments_of(body(**given))] == ["", "b", "", "c"]
    assert segments_of(body(**given)) == segments_of(body(**dict(reversed(given.items()))))


def test_what_is_marked_in_each_protocol_that_marks():
    anthropic = body(system=[{"type": "text", "text": "s", "cache_control": MARK}], messages=[])
    bedrock = body(system=[{"text": "s"}, {"cachePoint": {"type": "default"}}], messages=[])
    assert segments_of(anthropic) == segments_of(bedrock) == [Segment("system", "s", is_marked=True)]


def test_the_parts_of_gemini_and_the_images_of_openai_belong_to_the_prompt():
    gemini = segments_of(body(contents=[{"role": "user", "parts": [{"text": "hi"}]}]))
    assert [segment.text for segment in gemini] == ["", "hi"]
    one, two = (
        segments_of(body(messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]))
        for url in ("data:1", "data:2")
    )
    assert one != two


def test_a_body_that_is_no_prompt_has_no_segments():
    for hostile in (b"", b"[1]", b"{", b"\xff", b"[" * 100_000, b'{"messages":' + b"[" * 100_000):
        assert segments_of(hostile) == []
    deep = b'{"messages":' + b'[{"content":' * 200 + b'"x"' + b"}]" * 200 + b"}"
    assert len(segments_of(deep)) < 200

from perpetuo.providers.registry import PROTOCOLS


def test_each_protocol_is_found_under_its_own_name() -> None:
    assert {name: protocol.name for name, protocol in PROTOCOLS.items()} == {
        "openai_chat": "openai_chat",
        "anthropic_messages": "anthropic_messages",
        "bedrock_converse": "bedrock_converse",
        "gemini_generate": "gemini_generate",
        "cohere_chat": "cohere_chat",
    }

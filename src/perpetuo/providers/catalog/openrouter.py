"""OpenRouter: other vendors' models under `author/model`. It leaves out sampling fields that a model does not take."""

from functools import partial

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import JSON, READ_ON, STRUCTURED, VISION, VISION_AND_FILES, chat

_model = partial(chat, source_url="https://openrouter.ai/models")

_OPENAI = (
    _model("openai/gpt-6.1-sol", VISION_AND_FILES, 1_050_000, 128_000, canonical="gpt-6.1-sol"),
    _model("openai/gpt-6.1-terra", VISION_AND_FILES, 1_050_000, 128_000, canonical="gpt-6.1-terra"),
    _model("openai/gpt-6-luna", VISION_AND_FILES, 1_050_000, 128_000, canonical="gpt-6-luna"),
    _model("openai/gpt-5.4", VISION_AND_FILES, 1_050_000, 128_000, canonical="gpt-5.4"),
    _model("openai/gpt-5.4-mini", VISION_AND_FILES, 400_000, 128_000, canonical="gpt-5.4-mini", tiers=("fast",)),
    _model("openai/gpt-5.4-nano", VISION_AND_FILES, 400_000, 128_000, canonical="gpt-5.4-nano", tiers=("cheap",)),
    _model("openai/gpt-5", VISION_AND_FILES, 400_000, 128_000, canonical="gpt-5"),
    _model("openai/gpt-5-mini", VISION_AND_FILES, 400_000, 128_000, canonical="gpt-5-mini"),
    _model("openai/gpt-4.1", VISION_AND_FILES, 1_047_576, 32_768, canonical="gpt-4.1"),
    _model("openai/gpt-4.1-mini", VISION_AND_FILES, 1_047_576, 32_768, canonical="gpt-4.1-mini"),
    _model("openai/gpt-4o", VISION_AND_FILES, 128_000, 16_384, canonical="gpt-4o"),
    _model("openai/gpt-4o-mini", VISION_AND_FILES, 128_000, 16_384, canonical="gpt-4o-mini"),
    _model("openai/gpt-4", frozenset(("tools",)), 8_191, 4_096, canonical="gpt-4"),
    _model("openai/gpt-3.5-turbo", JSON, 16_385, 4_096, canonical="gpt-3.5-turbo"),
    _model("openai/o3", VISION_AND_FILES, 200_000, 100_000, canonical="o3"),
    _model("openai/o4-mini", VISION_AND_FILES, 200_000, 100_000, canonical="o4-mini"),
    _model("openai/gpt-oss-120b", STRUCTURED, 131_072, canonical="gpt-oss-120b"),
    _model("openai/gpt-oss-20b", STRUCTURED, 131_072, canonical="gpt-oss-20b"),
)
_ANTHROPIC = (
    _model(
        "anthropic/claude-opus-5.5",
        VISION_AND_FILES,
        1_000_000,
        128_000,
        canonical="claude-opus-5-5",
        tiers=("premium",),
    ),
    _model("anthropic/claude-opus-5", VISION_AND_FILES, 1_000_000, 128_000, canonical="claude-opus-5"),
    _model("anthropic/claude-opus-4.8", VISION_AND_FILES, 1_000_000, 128_000, canonical="claude-opus-4-8"),
    _model("anthropic/claude-opus-4.7", VISION_AND_FILES, 1_000_000, 128_000, canonical="claude-opus-4-7"),
    _model("anthropic/claude-opus-4.6", VISION_AND_FILES, 1_000_000, 128_000, canonical="claude-opus-4-6"),
    _model("anthropic/claude-opus-4.5", VISION_AND_FILES, 200_000, 64_000, canonical="claude-opus-4-5"),
    _model("anthropic/claude-sonnet-5.5", VISION_AND_FILES, 1_000_000, 128_000, canonical="claude-sonnet-5-5"),
    _model("anthropic/claude-sonnet-5", VISION_AND_FILES, 1_000_000, 128_000, canonical="claude-sonnet-5"),
    _model(
        "anthropic/claude-sonnet-4.6",
        VISION_AND_FILES,
        1_000_000,
        64_000,
        canonical="claude-sonnet-4-6",
        tiers=("default",),
    ),
    _model("anthropic/claude-sonnet-4.5", VISION_AND_FILES, 1_000_000, 64_000, canonical="claude-sonnet-4-5"),
    _model("anthropic/claude-haiku-5.5", VISION_AND_FILES, 1_000_000, 128_000, canonical="claude-haiku-5-5"),
    _model("anthropic/claude-haiku-4.5", VISION_AND_FILES, 200_000, 64_000, canonical="claude-haiku-4-5"),
)
_OTHERS = (
    _model("google/gemini-2.5-pro", VISION_AND_FILES, 1_048_576, 65_536, canonical="gemini-2.5-pro"),
    _model("google/gemini-2.5-flash", VISION_AND_FILES, 1_048_576, 65_535, canonical="gemini-2.5-flash"),
    _model("meta-llama/llama-3.3-70b-instruct", STRUCTURED, 131_072, canonical="llama-3.3-70b-instruct"),
    _model("deepseek/deepseek-v3.2", STRUCTURED, 163_840, canonical="deepseek-v3.2"),
    _model("moonshotai/kimi-k3", STRUCTURED, 1_048_576, canonical="kimi-k3"),
    _model("qwen/qwen3.8-27b", VISION, 262_144, canonical="qwen3.8-27b"),
)

OPENROUTER = Vendor(
    name="openrouter",
    title="OpenRouter",
    protocol="openai_chat",
    base_url="https://openrouter.ai/api/v1",
    env_var="OPENROUTER_API_KEY",
    # https://openrouter.ai/docs/features/prompt-caching, https://openrouter.ai/docs/use-cases/reasoning-tokens
    # (read 2026-11-24)
    carries=frozenset(("content.cache_control", "assistant.reasoning_details")),
    models=_OPENAI + _ANTHROPIC + _OTHERS,
    source_url="https://openrouter.ai/docs/quickstart",
    read_on=READ_ON,
)

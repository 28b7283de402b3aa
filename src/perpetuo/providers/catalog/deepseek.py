"""DeepSeek. Its models think unless told not to (`thinking` of type `disabled`). It has JSON but no JSON schema, so a
request that needs one passes over it."""

from functools import partial

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import JSON, chat

READ_ON = "2026-11-24"

_THINKS = "has no effect while the model thinks, which it does unless told not to"
_model = partial(
    chat,
    source_url="https://api-docs.deepseek.com/quick_start/pricing",
    read_on=READ_ON,
    # "Thinking mode does not support this tool_choice", a 400: recordings of 2026-11-23.
    refused_fields=frozenset(("tool_choice.required", "tool_choice.named")),
)

DEEPSEEK = Vendor(
    name="deepseek",
    title="DeepSeek",
    protocol="openai_chat",
    base_url="https://api.deepseek.com/v1",
    env_var="DEEPSEEK_API_KEY",
    carries=frozenset(("thinking",)),
    # https://api-docs.deepseek.com/guides/thinking_mode (read 2026-11-24)
    approximates=dict.fromkeys(("temperature", "top_p", "presence_penalty", "frequency_penalty"), _THINKS)
    | {"message.developer": "sent as a system message"},
    # Content parts are texts only, in the words of its own 400s: recordings of 2026-11-23.
    refused_fields=frozenset(
        (
            *("content.image_url", "content.image_base64", "content.input_audio"),
            *("content.file_pdf", "content.file_other", "content.file_url", "content.file_id"),
            *("n", "logit_bias", "modalities", "audio", "web_search_options", "response_format.json_schema"),
        )
    ),
    models=(
        _model("deepseek-v4-pro", JSON, 1_000_000, 393_216, tiers=("premium",)),
        _model("deepseek-flash", JSON, 1_000_000, 393_216, canonical="deepseek-v4.1-flash", tiers=("default",)),
    ),
    source_url="https://api-docs.deepseek.com/api/create-chat-completion",
    read_on=READ_ON,
)

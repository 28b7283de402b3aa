"""SambaNova Cloud. Fields: the request types of its SDK, `sambanova` 1.13.0 (read 2026-11-24).

Its own list of models tells prices; the installed price data does not have it.
"""

from functools import partial

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import STRUCTURED, chat

READ_ON = "2026-11-24"

_model = partial(chat, source_url="https://docs.sambanova.ai/docs/en/models/sambacloud-models", read_on=READ_ON)

SAMBANOVA = Vendor(
    name="sambanova",
    title="SambaNova",
    protocol="openai_chat",
    base_url="https://api.sambanova.ai/v1",
    env_var="SAMBANOVA_API_KEY",
    approximates={"message.developer": "sent as a system message"},
    refused_fields=frozenset(
        (
            # Taken and not acted upon, say the SDK and the page on compatibility.
            *("presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "n", "logit_bias", "seed"),
            # `input_audio` and `file` have other names and shapes here.
            *("content.input_audio", "content.file_pdf", "content.file_other", "content.file_url", "content.file_id"),
            *("message.function", "functions", "function_call", "modalities", "audio", "web_search_options"),
            *("prediction", "verbosity", "service_tier", "metadata", "user", "store"),
            *("safety_identifier", "prompt_cache_key", "prompt_cache_retention"),
        )
    ),
    models=(
        _model("MiniMax-M2.7", STRUCTURED, 196_608, canonical="minimax-m2.7", tiers=("premium",)),
        _model(
            "Meta-Llama-3.3-70B-Instruct",
            STRUCTURED,
            131_072,
            canonical="llama-3.3-70b-instruct",
            tiers=("default",),
        ),
        _model("gpt-oss-120b", STRUCTURED, 131_072),
    ),
    source_url="https://docs.sambanova.ai/docs/en/features/openai-compatibility",
    read_on=READ_ON,
)

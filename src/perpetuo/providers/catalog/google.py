"""Google's models at its two hosts. Tiers: `cheap` is the one that thinks only when asked to, `fast` thinks least.

Both hosts keep the same ids. On its own host 2.5 Pro and 2.5 Flash serve their present users until 2026-12-01 and are
then answered by other models (https://ai.google.dev/gemini-api/docs/deprecations, read 2026-11-24): they have no tier.
"""

from functools import partial

from perpetuo.core.catalog import Capability, Model, Vendor
from perpetuo.providers.catalog.rows import SAMPLING, VISION_AND_FILES, chat

READ_ON = "2026-11-24"
EVERYTHING: frozenset[Capability] = frozenset((*VISION_AND_FILES, "audio"))
PENALTIES = frozenset(("presence_penalty", "frequency_penalty"))
"""A 400 on everything since 2.5: "Penalty is not enabled for this model",
https://github.com/BerriAI/litellm/pull/32273 (read 2026-11-24)."""
LOGPROBS = frozenset(("logprobs", "top_logprobs"))
"""A 400 on Google's own host: https://github.com/googleapis/python-genai/issues/1921 (read 2026-11-24)."""

_model = partial(chat, source_url="https://ai.google.dev/gemini-api/docs/models")
_model_without_sampling = partial(
    chat,
    # Ignored since 3.5 Flash-Lite and 3.6 Flash.
    source_url="https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/gemini/3-5-flash-lite",
    refused_fields=SAMPLING,
)

MODELS: tuple[Model, ...] = (
    # https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/start/get-started-with-gemini-4: one limit
    # for input and output together.
    _model_without_sampling("gemini-4-argon", EVERYTHING, 1_048_576, 1_048_576, tiers=("premium",)),
    _model_without_sampling("gemini-3.8-flash", EVERYTHING, 1_048_576, 65_536, tiers=("default",)),
    _model_without_sampling("gemini-3.7-flash", EVERYTHING, 1_048_576, 65_536),
    _model_without_sampling("gemini-3.6-flash", EVERYTHING, 1_048_576, 65_536),
    _model_without_sampling("gemini-3.5-flash-lite", EVERYTHING, 1_048_576, 65_536, tiers=("fast",)),
    _model("gemini-3.5-flash", EVERYTHING, 1_048_576, 65_536),
    _model("gemini-3.1-pro-preview", EVERYTHING, 1_048_576, 65_536),
    _model("gemini-3.1-flash-lite", EVERYTHING, 1_048_576, 65_536),
    _model("gemini-3-flash-preview", EVERYTHING, 1_048_576, 65_536),
    _model("gemini-2.5-pro", EVERYTHING, 1_048_576, 65_536),
    _model("gemini-2.5-flash", EVERYTHING, 1_048_576, 65_536),
    _model("gemini-2.5-flash-lite", EVERYTHING, 1_048_576, 65_536, tiers=("cheap",)),
)

GEMINI = Vendor(
    name="gemini",
    title="Google Gemini",
    protocol="gemini_generate",
    base_url="https://generativelanguage.googleapis.com",
    auth="x-goog-api-key",
    env_var="GEMINI_API_KEY",
    refused_fields=PENALTIES | LOGPROBS,
    models=MODELS,
    source_url="https://ai.google.dev/api/generate-content",
    read_on=READ_ON,
)

VERTEX = Vendor(
    name="vertex",
    title="Google Vertex AI",
    protocol="gemini_generate",
    # For `global`, without the location in the host's name.
    base_url=None,
    base_url_example="https://us-east5-aiplatform.googleapis.com/v1/projects/PROJECT/locations/us-east5",
    auth="google",
    chat_path="/publishers/google/models/{model}:generateContent",
    stream_path="/publishers/google/models/{model}:streamGenerateContent?alt=sse",
    models_path="",
    refused_fields=PENALTIES,
    models=MODELS,
    source_url="https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
    read_on=READ_ON,
)

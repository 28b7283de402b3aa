"""Servers that the operator runs: no prices, and no tiers until an operator assigns one."""

from perpetuo.core.catalog import Model, Price, PriceBand, Vendor
from perpetuo.providers.catalog.rows import READ_ON

DEMO_MODEL = "smollm2-135m-instruct"

CUSTOM = Vendor(
    name="custom",
    title="OpenAI-compatible server",
    protocol="openai_chat",
    base_url=None,
    self_hosted=True,
    source_url="https://developers.openai.com/api/reference/resources/chat",
    read_on=READ_ON,
)
OLLAMA = Vendor(
    name="ollama",
    title="Ollama",
    protocol="openai_chat",
    base_url="http://127.0.0.1:11434/v1",
    auth="none",
    self_hosted=True,
    source_url="https://docs.ollama.com/api/openai-compatibility",
    read_on=READ_ON,
)
VLLM = Vendor(
    name="vllm",
    title="vLLM",
    protocol="openai_chat",
    base_url="http://127.0.0.1:8000/v1",
    self_hosted=True,
    source_url="https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    read_on=READ_ON,
)
LM_STUDIO = Vendor(
    name="lmstudio",
    title="LM Studio",
    protocol="openai_chat",
    base_url="http://127.0.0.1:1234/v1",
    self_hosted=True,
    source_url="https://lmstudio.ai/docs/app/api/endpoints/openai",
    read_on="2026-11-24",
)
LLAMA_CPP = Vendor(
    name="llamacpp",
    title="llama.cpp",
    protocol="openai_chat",
    base_url="http://127.0.0.1:8080/v1",
    self_hosted=True,
    source_url="https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    read_on="2026-11-24",
)

LOCAL = Vendor(
    name="local",
    title="Demo model",
    protocol="openai_chat",
    base_url=None,
    auth="none",
    self_hosted=True,
    last_resort=True,
    models_path="",  # it has the one model below
    models=(
        Model(
            id=DEMO_MODEL,
            canonical=DEMO_MODEL,
            # llama.cpp's server holds the output to a grammar for both; a model of this size can not call tools.
            capabilities=frozenset(("json_object", "json_schema")),
            context_tokens=8_192,
            price=Price(bands=(PriceBand(input=0, output=0),), source="runs on this machine"),
            source_url="https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
            read_on=READ_ON,
        ),
    ),
    source_url="https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    read_on=READ_ON,
)

"""Every vendor, in the order that breaks ties between providers."""

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.anthropic import ANTHROPIC, VERTEX_ANTHROPIC
from perpetuo.providers.catalog.bedrock import BEDROCK
from perpetuo.providers.catalog.cohere import COHERE
from perpetuo.providers.catalog.google import GEMINI, VERTEX
from perpetuo.providers.catalog.groq import GROQ
from perpetuo.providers.catalog.openai import OPENAI
from perpetuo.providers.catalog.openrouter import OPENROUTER
from perpetuo.providers.catalog.self_hosted import CUSTOM, LOCAL, OLLAMA, VLLM

VENDORS: tuple[Vendor, ...] = (
    OPENAI,
    ANTHROPIC,
    GROQ,
    OPENROUTER,
    BEDROCK,
    GEMINI,
    VERTEX,
    VERTEX_ANTHROPIC,
    COHERE,
    CUSTOM,
    OLLAMA,
    VLLM,
    LOCAL,
)

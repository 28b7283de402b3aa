"""Every vendor, in the order that breaks ties between providers."""

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.anthropic import ANTHROPIC, VERTEX_ANTHROPIC
from perpetuo.providers.catalog.azure import AZURE, AZURE_DEPLOYMENTS
from perpetuo.providers.catalog.bedrock import BEDROCK
from perpetuo.providers.catalog.cerebras import CEREBRAS
from perpetuo.providers.catalog.cohere import COHERE
from perpetuo.providers.catalog.deepseek import DEEPSEEK
from perpetuo.providers.catalog.fireworks import FIREWORKS
from perpetuo.providers.catalog.google import GEMINI, VERTEX
from perpetuo.providers.catalog.groq import GROQ
from perpetuo.providers.catalog.huggingface import HUGGINGFACE
from perpetuo.providers.catalog.mistral import MISTRAL
from perpetuo.providers.catalog.moonshot import MOONSHOT
from perpetuo.providers.catalog.nvidia import NVIDIA
from perpetuo.providers.catalog.openai import OPENAI
from perpetuo.providers.catalog.openrouter import OPENROUTER
from perpetuo.providers.catalog.perplexity import PERPLEXITY
from perpetuo.providers.catalog.sambanova import SAMBANOVA
from perpetuo.providers.catalog.self_hosted import CUSTOM, LLAMA_CPP, LM_STUDIO, LOCAL, OLLAMA, VLLM
from perpetuo.providers.catalog.together import TOGETHER
from perpetuo.providers.catalog.xai import XAI

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
    MISTRAL,
    DEEPSEEK,
    XAI,
    TOGETHER,
    FIREWORKS,
    CEREBRAS,
    SAMBANOVA,
    NVIDIA,
    HUGGINGFACE,
    MOONSHOT,
    PERPLEXITY,
    AZURE,
    AZURE_DEPLOYMENTS,
    CUSTOM,
    OLLAMA,
    VLLM,
    LM_STUDIO,
    LLAMA_CPP,
    LOCAL,
)

"""Lossless or loud: which parts of a request a candidate carries, and what becomes of the others.

A request *uses* fields (`ChatRequest.uses`), named as in `FIELDS`. A wire protocol says which of them it carries as
they are and which it approximates (`Carriage`); a vendor row adds or takes away (`carries`, `refused_fields`), and so
does a model (`refused_fields`). What is left over is lost, and `FIELDS` says what that means.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

LossKind = Literal["meaning", "wish", "origin"]
"""meaning: without it the answer is another one, so the candidate may not answer.
wish:    the answer is still one to this request; the field is left out and listed in `x-perpetuo-dropped`.
origin:  signed or encrypted by the vendor that wrote it; another may answer only if the workspace agreed to drop it."""

# Field -> what losing it means. A dot leads from a field into its parts: `content.*` are parts of any message,
# `assistant.*` and `tool.*` of messages of that role. A colon leads to a case of a field: a protocol that says nothing
# of the case does with it what it does with the field. The order is that of the published matrix.
FIELDS: Mapping[str, LossKind] = {
    "message.developer": "meaning",
    "message.function": "meaning",
    "message.name": "wish",
    "content.image_url": "meaning",
    "content.image_base64": "meaning",
    "content.image_detail": "wish",
    "content.input_audio": "meaning",
    "content.file_pdf": "meaning",
    "content.file_other": "meaning",
    "content.file_url": "meaning",
    "content.file_id": "meaning",
    "content.other": "meaning",
    "content.cache_control": "wish",
    "assistant.refusal": "meaning",
    "assistant.audio": "meaning",
    "assistant.reasoning_content": "wish",
    "assistant.thinking_blocks": "origin",
    "assistant.thought_signature": "origin",
    "assistant.reasoning_details": "origin",
    "assistant.other_calls": "meaning",
    "tool.image": "meaning",
    "tool.is_error": "wish",
    "tools.function": "meaning",
    "tools.strict": "wish",
    "tools.other": "meaning",
    "tool_choice.auto": "wish",
    "tool_choice.none": "meaning",
    "tool_choice.required": "meaning",
    "tool_choice.named": "meaning",
    "tool_choice.other": "meaning",
    "parallel_tool_calls": "meaning",
    "parallel_tool_calls:one_tool": "wish",
    "functions": "meaning",
    "function_call": "meaning",
    "response_format.json_object": "meaning",
    "response_format.json_schema": "meaning",
    "n": "meaning",
    "stop": "meaning",
    "max_tokens": "meaning",
    "max_completion_tokens": "meaning",
    "logprobs": "meaning",
    "top_logprobs": "meaning",
    "logit_bias": "meaning",
    "modalities": "meaning",
    "audio": "meaning",
    "web_search_options": "meaning",
    "temperature": "wish",
    "temperature:above_1": "wish",
    "temperature:beside_thinking": "wish",
    "top_p": "wish",
    "top_p:beside_temperature": "wish",
    "top_p:beside_thinking": "wish",
    "top_k": "wish",
    "seed": "wish",
    "presence_penalty": "wish",
    "frequency_penalty": "wish",
    "reasoning_effort": "wish",
    "thinking": "wish",
    "verbosity": "wish",
    "prediction": "wish",
    "service_tier": "wish",
    "metadata": "wish",
    "user": "wish",
    "safety_identifier": "wish",
    "prompt_cache_key": "wish",
    "prompt_cache_retention": "wish",
    "store": "wish",
}

OURS = frozenset(("model", "messages", "stream", "stream_options"))
"""Fields that every protocol has in a form of its own, or that are the gateway's business."""


class Carriage(msgspec.Struct, frozen=True):
    """What a wire protocol does with the fields of a request.

    carried:      in the protocol's own form, nothing lost.
    approximated: field -> how, in a few words.
    unknown:      fields that nobody here knows travel on (the protocol is the client's own).
    """

    carried: frozenset[str]
    approximated: Mapping[str, str] = {}
    unknown: bool = False


class Loss(msgspec.Struct, frozen=True):
    """Of one request at one candidate, by field, without the case. Any `refused` field makes it ineligible."""

    refused: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    approximated: tuple[str, ...] = ()

    @property
    def is_lossless(self) -> bool:
        return not (self.refused or self.dropped or self.approximated)


LOSSLESS = Loss()


def loss_of(
    uses: Iterable[str],
    carriage: Carriage,
    *,
    carries: frozenset[str] = frozenset(),
    refuses: frozenset[str] = frozenset(),
    approximates: Mapping[str, str] = {},
    may_drop_origin: bool = False,
) -> Loss:
    """carries, refuses, approximates: what the vendor's or the model's row says beyond its protocol; refusing wins,
                     then approximating.
    may_drop_origin: the workspace agreed that signed reasoning of another vendor is left out."""
    refused: dict[str, None] = {}
    dropped: dict[str, None] = {}
    approximated: dict[str, None] = {}
    for name in sorted(uses):
        known = FIELDS.get(name)
        field = name.partition(":")[0]
        if field not in refuses and name not in refuses:
            if name in carriage.approximated:
                approximated[field] = None
                continue
            if (
                not carriage.carried.isdisjoint((name, field))
                or field in carries
                or (known is None and carriage.unknown)
            ):
                continue
            if field in carriage.approximated:
                approximated[field] = None
                continue
        if known == "meaning" or (known == "origin" and not may_drop_origin):
            refused[field] = None
        else:
            dropped[field] = None
    if not (refused or dropped or approximated):
        return LOSSLESS
    return Loss(tuple(refused), tuple(dropped), tuple(approximated))

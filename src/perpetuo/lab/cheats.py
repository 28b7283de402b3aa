"""Vendors that do not keep to the request, or say untrue things about the answer. Values in, values out."""

from typing import cast

import msgspec

from perpetuo.lab.faults import Fault
from perpetuo.lab.script import Answer, LabRequest, Tokens

OTHER_MODEL = "lab-cheaper-model"
_USAGE_FIELDS = ("usage", "usageMetadata")


def heeded(asked: LabRequest, fault: Fault | None) -> LabRequest:
    """As much of the request as the vendor keeps to."""
    match fault.name if fault is not None else None:
        case "ignore_schema":
            return msgspec.structs.replace(asked, json_mode=False, json_schema=None)
        case "ignore_tools":
            return msgspec.structs.replace(asked, tools_to_call=())
        case "ignore_max_tokens":
            return msgspec.structs.replace(asked, max_output_tokens=None)
        case _:
            return asked


def told(answer: Answer, fault: Fault | None) -> Answer:
    """The answer with what the vendor says about it; what it bills stays with the answer as it was."""
    match fault.name if fault is not None else None:
        case "wrong_usage":
            assert fault is not None
            return msgspec.structs.replace(answer, tokens=_times(answer.tokens, fault.factor))
        case "wrong_model":
            return msgspec.structs.replace(answer, model=OTHER_MODEL)
        case _:
            return answer


def without_usage(data: bytes) -> bytes:
    """A JSON document, or a server-sent event with one, without what it says about tokens. Anything else as it is."""
    if data.startswith(b"{"):
        return _without_usage(data)
    lines = data.split(b"\n")
    for index, line in enumerate(lines):
        if line.startswith(b"data: {"):
            lines[index] = b"data: " + _without_usage(line[6:])
    return b"\n".join(lines)


def _without_usage(document: bytes) -> bytes:
    value: object = msgspec.json.decode(document)
    return msgspec.json.encode(_pruned(value))


def _pruned(value: object) -> object:
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return {name: _pruned(each) for name, each in fields.items() if name not in _USAGE_FIELDS}
    if isinstance(value, list):
        return [_pruned(each) for each in cast("list[object]", value)]
    return value


def _times(tokens: Tokens, factor: float) -> Tokens:
    return Tokens(**{name: int(count * factor) for name, count in msgspec.structs.asdict(tokens).items()})

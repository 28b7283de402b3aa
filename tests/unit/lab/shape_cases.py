"""The scripted answer that each protocol has to say in its own way."""

from perpetuo.lab.script import Answer, Directive, LabRequest, Script, ScriptedToolCall, ScriptedUsage, plan_answer

KEY = "00020002000200020002000200020002"
CALLS = Script(
    text="let me see",
    reasoning="hmm well",
    tool_calls=(ScriptedToolCall("weather", {"city": "Bern"}), ScriptedToolCall("time", {"zone": "Europe/Zurich"})),
    usage=ScriptedUsage(100, 40, 20, 12, 3),
)


def planned(model: str, script: Script = CALLS, **asked: object) -> Answer:
    request = LabRequest(model, **asked)  # type: ignore[arg-type]
    return plan_answer(request, script, Directive(), words=3, key=KEY, created_s=1)

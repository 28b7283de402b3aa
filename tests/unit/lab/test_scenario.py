import pytest

from perpetuo.lab.faults import FaultRule
from perpetuo.lab.scenario import MAX_FILE_BYTES, Phase, ScenarioError, read_scenario, shipped_scenarios

VENDORS = "vendors:\n  - name: groq\n  - {name: claude, shape: anthropic, settings: {words: 7, first_byte_s: 0.5}}\n"

SENTENCES = {
    "groq 20 % status_429 from second 10 to 40": Phase("groq", None, 10, 40, "status_429", 0.2),
    "groq 20% 429 from second 10 to second 40": Phase("groq", None, 10, 40, "status_429", 0.2),
    "groq status_500": Phase("groq", None, 0, None, "status_500"),
    "groq cut_after=3;delay_s=0.1 from second 2.5": Phase("groq", None, 2.5, None, "cut_after=3;delay_s=0.1"),
    "claude 0.5 % hang to 9": Phase("claude", None, 0, 9, "hang", 0.005),
}

# What is wrong -> the text, the field that is named, and a word of the remedy.
WRONG = {
    "nothing": ("", "vendors", "has to begin"),
    "a list": ("- a", "vendors", "has to begin"),
    "no vendor": ("vendors: []", "line 1, vendors", "at least one"),
    "a vendor without a name": (
        "vendors:\n  - {shape: openai}",
        "line 2, vendors[0]",
        "The fields here are name, shape",
    ),
    "a misspelt field": ("vendors:\n  - {name: a, setings: {}}", "line 2, vendors[0]", "name, shape, settings"),
    "a shape nobody speaks": ("vendors:\n  - name: a\n    shape: z", "line 3, vendors[0].shape", "openai, anthropic"),
    "a setting of the wrong type": (
        "vendors:\n  - name: a\n    settings:\n      words: many",
        "line 4, vendors[0].settings.words",
        "Expected `int`",
    ),
    "a setting that is none": (
        "vendors:\n  - name: a\n    settings: {word: 1}",
        "line 3, vendors[0].settings",
        "words",
    ),
    "two vendors of one name": ("vendors: [{name: a}, {name: a}]", "vendors[1].name", "its own name"),
    "a name of two words": ("vendors: [{name: a b}]", "vendors[0].name", "one word"),
    "a phase of an unknown vendor": (
        VENDORS + "phases:\n  - grok status_500",
        "line 5, phases[0].vendor",
        "groq, claude",
    ),
    "an unknown fault": (VENDORS + "phases:\n  - groq explode", "line 5, phases[0].fault", "lab faults"),
    "a fault with a wrong number": (VENDORS + "phases:\n  - groq cut_after=x", "phases[0].fault", "not a number"),
    "a sentence nobody understands": (VENDORS + "phases:\n  - groq is down", "phases[0]", "20 % status_429"),
    "an end before the beginning": (
        VENDORS + "phases:\n  - groq hang from second 9 to 3",
        "phases[0].to_s",
        "leave it out",
    ),
    "a time that is no number": (
        VENDORS + "phases: [{vendor: groq, fault: hang, from_s: .nan}]",
        "phases[0].from_s",
        "a second",
    ),
    "a share in percent": (
        VENDORS + "phases: [{vendor: groq, fault: hang, rate: 20}]",
        "phases[0].rate",
        "20 % is 0.2",
    ),
    "every zeroth request": (
        VENDORS + "phases: [{vendor: groq, fault: hang, every: 0}]",
        "phases[0].every",
        "1 or more",
    ),
    "a phase in which nothing happens": (VENDORS + "phases: [{vendor: groq}]", "phases[0]", "`fault` or `settings`"),
    "a field that is there twice": (VENDORS + "phases: []\nphases: []", "line 5", "keep one"),
    "a bracket that is never closed": ("vendors: [", "line 1", "Check indentation"),
    "an object of Python": ("vendors: !!python/object/apply:os.getcwd []", "line 1", "not YAML"),
    "characters that YAML does not know": ("\x00", "not YAML", "characters"),
    "nested without end": ("[" * 5000, "not a scenario", "recursion"),
    "a list that contains itself": ("vendors: &a [*a]", "vendors[0]", "block of fields"),
    "a date that is none": ("vendors: 2026-99-99", "not a scenario", "month"),
    "too much": ("#" * (MAX_FILE_BYTES + 1), "file", "shorter"),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_phase_may_be_a_sentence(sentence: str):
    assert read_scenario(f"{VENDORS}phases:\n  - {sentence}").phases == (SENTENCES[sentence],)


@pytest.mark.parametrize("case", WRONG)
def test_an_error_names_the_field_and_the_remedy(case: str):
    text, field, remedy = WRONG[case]
    with pytest.raises(ScenarioError) as told:
        read_scenario(text)
    assert field in str(told.value)
    assert remedy in str(told.value)


def test_a_phase_holds_from_its_first_second_up_to_its_last():
    scenario = read_scenario(VENDORS + "phases: [groq 20 % status_429 from second 10 to 40]")
    struck = {t_s: scenario.rules_at(t_s)["groq"] for t_s in (0, 9.99, 10, 39.99, 40)}
    rule = FaultRule("status_429", rate=0.2)
    assert struck == {0: (), 9.99: (), 10: (rule,), 39.99: (rule,), 40: ()}
    assert scenario.rules_at(20)["claude"] == ()
    assert scenario.changes_s() == [0, 10, 40]


def test_where_phases_overlap_rules_stand_in_the_order_of_the_file_and_later_settings_win():
    scenario = read_scenario(
        VENDORS + "phases:\n"
        "  - {vendor: claude, fault: hang, settings: {words: 9, chunk_s: 1}, to_s: 20}\n"
        "  - {vendor: claude, title: chatty, settings: {words: 50}, from_s: 10}\n"
        "  - claude status_529 from second 10\n"
    )
    state = scenario.states_at(15)["claude"]
    assert [rule.fault for rule in state.rules] == ["hang", "status_529"]
    assert (state.settings.words, state.settings.chunk_s, state.settings.first_byte_s) == (50, 1, 0.5)
    assert state.text == "hang, words 9, chunk_s 1 + chatty + status_529"
    assert scenario.states_at(25)["claude"].settings.chunk_s == 0


def test_a_rule_may_say_everything_that_a_fault_rule_can():
    text = VENDORS + "phases: [{vendor: groq, fault: cut_after=2, every: 3, count: 4, model: m, stream: true}]"
    assert read_scenario(text).rules_at(0)["groq"] == (FaultRule("cut_after=2", 3, None, 4, "m", True),)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_scenario_that_comes_with_perpetuo_can_be_read(name: str):
    scenario = read_scenario(shipped_scenarios()[name])
    assert scenario.about
    assert scenario.phases


def test_scenarios_come_with_perpetuo():
    assert list(shipped_scenarios()) == ["cheats", "outage", "rate-limited"]

"""A scenario as it runs: rules and settings change at the vendors, and their books show it."""

import asyncio

from lab_client import ask

from perpetuo.lab.scenario import lab_of, read_scenario, run_scenario

SCENARIO = """
seed: 4
vendors:
  - {name: a, settings: {words: 3}}
  - {name: b, shape: anthropic}
phases:
  - a status_500 from second 0 to 0.2
  - {vendor: a, fault: status_429, count: 1, from_s: 0}
  - {vendor: b, title: talks a lot, settings: {words: 40}, from_s: 0.1}
"""


async def test_phases_come_into_force_and_go():
    scenario = read_scenario(SCENARIO)
    changes: list[tuple[float, str, str]] = []
    async with lab_of(scenario) as lab:
        await run_scenario(scenario, lab, on_change=lambda *change: changes.append(change))
        assert changes == [
            (0, "a", "status_500 + status_429"),
            (0, "b", ""),
            (0.1, "b", "talks a lot"),
            (0.2, "a", "status_429"),
        ]
        assert [(await ask(lab["a"])).status for _ in range(2)] == [429, 200]
        await ask(lab["b"])
        assert (lab["a"].phase, lab["b"].phase) == ("status_429", "talks a lot")
        assert lab["a"].settings.models == lab["a"].initial_settings.models
        assert [len(lab[name].ledger[-1].content_sent.split()) for name in "ab"] == [3, 40]


async def test_a_rule_that_stays_while_another_phase_begins_goes_on_counting():
    text = "vendors: [{name: a}]\nphases:\n  - {vendor: a, fault: status_429, count: 1}\n  - a 0 % hang from second 0.3"
    scenario = read_scenario(text)
    async with lab_of(scenario) as lab:
        running = asyncio.create_task(run_scenario(scenario, lab))
        while lab["a"].phase is None:
            await asyncio.sleep(0)
        statuses = [(await ask(lab["a"])).status]
        await running
        statuses.append((await ask(lab["a"])).status)
        assert statuses == [429, 200]

"""Scenario files: which simulated vendors there are, and what goes wrong with them when.

Reading and checking are plain functions; `run_scenario` is the one that acts.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from importlib import resources
from typing import TypeVar, cast

import msgspec
import yaml

from perpetuo.lab.faults import FAULTS, FaultRule, parse_fault
from perpetuo.lab.prices import LabPrice
from perpetuo.lab.vendor import SHAPES, Lab, ShapeName, SimulatedVendor, VendorSettings

MAX_FILE_BYTES = 256 * 1024
MAX_VENDORS = 64
MAX_PHASES = 1000
MAX_SECONDS = 7 * 86_400.0

_SENTENCE = re.compile(
    r"^(?P<vendor>\S+)\s+(?:(?P<share>\d+(?:\.\d+)?)\s*%\s+)?(?P<fault>\S+)"
    r"(?:\s+from\s+second\s+(?P<from_s>\d+(?:\.\d+)?))?(?:\s+to\s+(?:second\s+)?(?P<to_s>\d+(?:\.\d+)?))?$"
)
_EXAMPLE = "groq 20 % status_429 from second 10 to 40"
T = TypeVar("T")
_FIELD = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")


class ScenarioError(Exception):
    """Where in the file, what is wrong, and what to write instead, in one sentence or two."""


class ScenarioVendor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    shape: ShapeName = "openai"
    settings: dict[str, object] = {}


class Phase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that goes wrong with one vendor for a while; seconds count from the start. to_s None: to the end.

    fault, rate, every, count, model, stream: as in a FaultRule. settings: in force instead of the vendor's own.
    """

    vendor: str
    title: str | None = None
    from_s: float = 0.0
    to_s: float | None = None
    fault: str | None = None
    rate: float | None = None
    every: int | None = None
    count: int | None = None
    model: str | None = None
    stream: bool | None = None
    settings: dict[str, object] = {}

    def holds_at(self, t_s: float) -> bool:
        return self.from_s <= t_s and (self.to_s is None or t_s < self.to_s)

    @property
    def rule(self) -> FaultRule | None:
        if self.fault is None:
            return None
        return FaultRule(self.fault, self.every, self.rate, self.count, self.model, self.stream)

    @property
    def text(self) -> str:
        if self.title is not None:
            return self.title
        share = f"{self.rate * 100:g} % " if self.rate is not None else ""
        every = f"every {self.every}th " if self.every is not None else ""
        changed = ", ".join(f"{name} {value}" for name, value in self.settings.items())
        return share + every + ", ".join(part for part in (self.fault or "", changed) if part)


class VendorState(msgspec.Struct, frozen=True):
    """What is in force at one vendor. text: for people; "" when nothing is out of the ordinary."""

    rules: tuple[FaultRule, ...]
    settings: VendorSettings
    text: str


class Scenario(msgspec.Struct, frozen=True):
    vendors: tuple[ScenarioVendor, ...]
    phases: tuple[Phase, ...]
    about: str = ""
    seed: int = 0

    def changes_s(self) -> list[float]:
        """The seconds at which anything changes, in order, beginning with 0."""
        edges = {edge for phase in self.phases for edge in (phase.from_s, phase.to_s) if edge is not None}
        return sorted({0.0, *edges})

    def rules_at(self, t_s: float) -> dict[str, tuple[FaultRule, ...]]:
        return {name: state.rules for name, state in self.states_at(t_s).items()}

    def states_at(self, t_s: float) -> dict[str, VendorState]:
        """By vendor. Where phases overlap, their rules stand in the order of the file, and later settings win."""
        return {vendor.name: self._state_at(vendor, t_s) for vendor in self.vendors}

    def _state_at(self, vendor: ScenarioVendor, t_s: float) -> VendorState:
        phases = [phase for phase in self.phases if phase.vendor == vendor.name and phase.holds_at(t_s)]
        values = dict(vendor.settings)
        for phase in phases:
            values |= phase.settings
        return VendorState(
            rules=tuple(rule for phase in phases if (rule := phase.rule) is not None),
            settings=msgspec.convert(values, VendorSettings),
            text=" + ".join(phase.text for phase in phases),
        )


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    vendors: tuple[ScenarioVendor, ...]
    phases: tuple[object, ...] = ()
    about: str = ""
    seed: int = 0


_FIELDS: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    (r"price$", LabPrice),
    (r"settings$", VendorSettings),
    (r"^vendors\[\d+\]$", ScenarioVendor),
    (r"^phases\[\d+\]$", Phase),
    (r"", _File),
)


def shipped_scenarios() -> dict[str, str]:
    """Name -> text of the scenarios that come with Perpetuo."""
    files = resources.files("perpetuo.lab").joinpath("scenarios").iterdir()
    found = {file.name.removesuffix(".yaml"): file for file in files if file.name.endswith(".yaml")}
    return {name: found[name].read_text(encoding="utf-8") for name in sorted(found)}


def read_scenario(text: str) -> Scenario:
    """Raises ScenarioError, which names the field, its line, and the remedy."""
    if len(text) > MAX_FILE_BYTES:
        raise ScenarioError(f"The file is over {MAX_FILE_BYTES} characters: make it shorter.")
    root, document = _parse(text)
    locate = _Locator(root)
    if not isinstance(document, dict):
        raise ScenarioError("The file has to begin with `vendors:`, a list of simulated vendors.")
    file = _convert(cast("object", document), _File, "", locate)
    phases = tuple(_read_phase(each, f"phases[{index}]", locate) for index, each in enumerate(file.phases))
    scenario = Scenario(file.vendors, phases, file.about, file.seed)
    _check_vendors(scenario, locate)
    for index, phase in enumerate(scenario.phases):
        _check_phase(phase, f"phases[{index}]", scenario, locate)
    return scenario


def lab_of(scenario: Scenario) -> Lab:
    return Lab(
        [
            SimulatedVendor(
                vendor.name,
                vendor.shape,
                seed=scenario.seed,
                settings=msgspec.convert(vendor.settings, VendorSettings),
            )
            for vendor in scenario.vendors
        ]
    )


async def run_scenario(
    scenario: Scenario, lab: Lab, *, on_change: Callable[[float, str, str], None] = lambda _t_s, _vendor, _text: None
) -> None:
    """Puts each phase in force when its second comes; returns when nothing changes any more.

    on_change: second, vendor, and what holds there from now on.
    """
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    before: dict[str, VendorState] = {}
    for t_s in scenario.changes_s():
        await asyncio.sleep(max(started_s + t_s - loop.time(), 0.0))
        states = scenario.states_at(t_s)
        for name, state in states.items():
            if state != before.get(name):
                _put_in_force(lab[name], state)
                on_change(t_s, name, state.text)
        before = states


def _put_in_force(vendor: SimulatedVendor, state: VendorState) -> None:
    models = state.settings.models or vendor.initial_settings.models
    vendor.settings = msgspec.structs.replace(state.settings, models=models)
    vendor.faults.change(state.rules)
    vendor.phase = state.text or None


# reading


def _parse(text: str) -> tuple[yaml.Node | None, object]:
    """The nodes, which know their lines, and the values."""
    try:
        root = cast("yaml.Node | None", yaml.compose(text, Loader=yaml.SafeLoader))  # pyright: ignore[reportUnknownMemberType]
        _refuse_repeated_fields(root)
        return root, cast("object", yaml.safe_load(text))
    except yaml.MarkedYAMLError as error:
        at = f"line {error.problem_mark.line + 1}: " if error.problem_mark is not None else ""
        raise ScenarioError(f"{at}not YAML: {error.problem}. Check indentation, colons and quotes there.") from error
    except yaml.YAMLError as error:
        raise ScenarioError("not YAML: the file holds characters that YAML does not allow.") from error
    except (RecursionError, ValueError) as error:
        raise ScenarioError(f"not a scenario: {str(error) or 'nested too deep'}.") from error


def _refuse_repeated_fields(root: yaml.Node | None) -> None:
    """YAML readers keep the last of two equal fields; here half of a scenario would be lost without a word."""
    waiting = [root]
    seen_nodes: set[int] = set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen_nodes:
            continue
        seen_nodes.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += cast("list[yaml.Node]", node.value)
        elif isinstance(node, yaml.MappingNode):
            names: set[object] = set()
            for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
                name = cast("object", key.value) if isinstance(key, yaml.ScalarNode) else None
                if name in names:
                    raise ScenarioError(
                        f"line {key.start_mark.line + 1}: `{name}` stands here a second time: keep one of the two."
                    )
                names.add(name)
                waiting.append(value)


class _Locator:
    """`phases[0].from_s` -> the line on which it stands."""

    def __init__(self, root: yaml.Node | None) -> None:
        self._root = root

    def __call__(self, field: str) -> str:
        node = self._root
        line = 0
        for name, index in _FIELD.findall(field):
            child = self._child(node, name, index)
            if child is None:
                break
            node, line = child
        return f"line {line + 1}, {field}" if field else f"line {line + 1}"

    def _child(self, node: yaml.Node | None, name: str, index: str) -> tuple[yaml.Node, int] | None:
        if isinstance(node, yaml.SequenceNode) and index:
            values = cast("list[yaml.Node]", node.value)
            found = values[int(index)] if int(index) < len(values) else None
            return (found, found.start_mark.line) if found is not None else None
        if isinstance(node, yaml.MappingNode) and name:
            for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
                if key.value == name:
                    return value, key.start_mark.line
        return None


def _convert(value: object, type_: type[T], field: str, locate: _Locator) -> T:
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        where = (field + path.rstrip("`")).lstrip(".")
        message = message.replace("`array`", "a list").replace("`object`", "a block of fields")
        raise ScenarioError(f"{locate(where)}: {message}.{_hint(message, where)}") from error


def _hint(message: str, where: str) -> str:
    if message.startswith("Invalid enum") and where.endswith(".shape"):
        return f" It is one of {', '.join(SHAPES)}."
    if "unknown field" not in message and "missing required" not in message:
        return ""
    struct = next(struct for ending, struct in _FIELDS if re.search(ending, where))
    return f" The fields here are {', '.join(struct.__struct_fields__)}."


def _read_phase(value: object, field: str, locate: _Locator) -> Phase:
    if not isinstance(value, str):
        return _convert(value, Phase, field, locate)
    found = _SENTENCE.match(" ".join(value.split()))
    if found is None:
        raise ScenarioError(f"{locate(field)}: not understood: {value!r}. Write it like `{_EXAMPLE}`.")
    share, to_s = found["share"], found["to_s"]
    fault = f"status_{found['fault']}" if found["fault"].isdigit() else found["fault"]
    return Phase(
        vendor=found["vendor"],
        from_s=float(found["from_s"] or 0),
        to_s=None if to_s is None else float(to_s),
        fault=fault,
        rate=None if share is None else float(share) / 100,
    )


# checking


def _check_vendors(scenario: Scenario, locate: _Locator) -> None:
    if not scenario.vendors:
        raise ScenarioError(f"{locate('vendors')}: name at least one vendor, like `- name: groq`.")
    if len(scenario.vendors) > MAX_VENDORS:
        raise ScenarioError(f"{locate('vendors')}: at most {MAX_VENDORS} vendors run together: take some away.")
    if len(scenario.phases) > MAX_PHASES:
        raise ScenarioError(f"{locate('phases')}: at most {MAX_PHASES} phases: take some away.")
    names: set[str] = set()
    for index, vendor in enumerate(scenario.vendors):
        field = f"vendors[{index}].name"
        if not vendor.name or not vendor.name.isprintable() or " " in vendor.name:
            raise ScenarioError(f"{locate(field)}: a name is one word: {vendor.name!r} is not.")
        if vendor.name in names:
            raise ScenarioError(f"{locate(field)}: {vendor.name!r} is there twice: give each vendor its own name.")
        names.add(vendor.name)
        _convert(vendor.settings, VendorSettings, f"vendors[{index}].settings", locate)


def _check_phase(phase: Phase, field: str, scenario: Scenario, locate: _Locator) -> None:
    names = [vendor.name for vendor in scenario.vendors]
    if phase.vendor not in names:
        raise ScenarioError(f"{locate(f'{field}.vendor')}: no vendor {phase.vendor!r}: it is one of {_list(names)}.")
    if not 0 <= phase.from_s <= MAX_SECONDS:
        raise ScenarioError(f"{locate(f'{field}.from_s')}: a second from 0 to {MAX_SECONDS:g}, not {phase.from_s:g}.")
    if phase.to_s is not None and not phase.from_s < phase.to_s <= MAX_SECONDS:
        raise ScenarioError(
            f"{locate(f'{field}.to_s')}: has to be after from_s ({phase.from_s:g}), not {phase.to_s:g}; leave it out"
            " for a phase without an end."
        )
    if phase.rate is not None and not 0 <= phase.rate <= 1:
        raise ScenarioError(f"{locate(f'{field}.rate')}: a share from 0 to 1 (20 % is 0.2), not {phase.rate:g}.")
    for name in ("every", "count"):
        number: int | None = getattr(phase, name)
        if number is not None and number < 1:
            raise ScenarioError(f"{locate(f'{field}.{name}')}: 1 or more, not {number}.")
    if phase.fault is None and not phase.settings:
        raise ScenarioError(f"{locate(field)}: nothing happens in this phase: give it a `fault` or `settings`.")
    if phase.fault is not None:
        _check_fault(phase.fault, f"{field}.fault", locate)
    _convert(phase.settings, VendorSettings, f"{field}.settings", locate)


def _check_fault(fault: str, field: str, locate: _Locator) -> None:
    try:
        parse_fault(fault)
    except ValueError as error:
        message = str(error).partition(";")[0] if fault.partition("=")[0] not in FAULTS else str(error)
        raise ScenarioError(f"{locate(field)}: {message}. `perpetuo lab faults` lists them.") from error


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)

"""Simulated vendors on loopback, in five wire protocols, with their own latency, prices, faults and books.

The oracle of our tests and a playground for users (`perpetuo lab serve`, docs/lab.md). Nothing here calls the
gateway's own code for what it states: prices, tokens and framing are worked out a second time on purpose.
"""

from perpetuo.lab.faults import (
    AFTER_CONTENT_FAULTS,
    AFTER_CONTENT_TIMEOUT_FAULTS,
    CHEATING_FAULTS,
    FAULTS,
    HARMLESS_FAULTS,
    HOSTILE_FAULTS,
    INVALID_REQUEST_FAULTS,
    KEY_FAULTS,
    NEXT_CANDIDATE_FAULTS,
    RETRYABLE_FAULTS,
    TIMEOUT_FAULTS,
    Fault,
    FaultRule,
    parse_fault,
)
from perpetuo.lab.ledger import Connection, LabLedger, LedgerEntry
from perpetuo.lab.prices import LabPrice
from perpetuo.lab.script import Script, ScriptedCitation, ScriptedToolCall, ScriptedUsage
from perpetuo.lab.vendor import Lab, SimulatedVendor, VendorSettings

__all__ = [
    "AFTER_CONTENT_FAULTS",
    "AFTER_CONTENT_TIMEOUT_FAULTS",
    "CHEATING_FAULTS",
    "FAULTS",
    "HARMLESS_FAULTS",
    "HOSTILE_FAULTS",
    "INVALID_REQUEST_FAULTS",
    "KEY_FAULTS",
    "NEXT_CANDIDATE_FAULTS",
    "RETRYABLE_FAULTS",
    "TIMEOUT_FAULTS",
    "Connection",
    "Fault",
    "FaultRule",
    "Lab",
    "LabLedger",
    "LabPrice",
    "LedgerEntry",
    "Script",
    "ScriptedCitation",
    "ScriptedToolCall",
    "ScriptedUsage",
    "SimulatedVendor",
    "VendorSettings",
    "parse_fault",
]

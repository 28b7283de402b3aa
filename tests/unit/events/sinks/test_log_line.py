import logging
from collections.abc import Iterator

import pytest

from perpetuo.core.decision import Attempt
from perpetuo.events.sinks.log_line import LogLineSink
from perpetuo.events.types import ProviderAttempted, ProviderFailed, QuotaBlocked, RequestFailed

ATTEMPT = Attempt(1, "openai", "k", "gpt-4", "ok", 3.5)


class Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def records() -> Iterator[Records]:
    handler = Records()
    logger = logging.getLogger("test.events")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield handler
    logger.removeHandler(handler)


async def test_an_event_is_a_line_with_its_fields(records: Records):
    await LogLineSink(logging.getLogger("test.events")).write([QuotaBlocked("r", "w", 1, "used up", 9)])
    (record,) = records.records
    assert record.getMessage() == "quota_blocked"
    assert record.__dict__["fields"]["resets_at_ms"] == 9
    assert "type" not in record.__dict__["fields"]


async def test_steps_are_below_info_and_failures_are_as_loud_as_the_error_table_says(records: Records):
    await LogLineSink(logging.getLogger("test.events")).write(
        [
            ProviderAttempted("r", "w", 1, ATTEMPT),
            ProviderFailed("r", "w", 1, ATTEMPT, "it timed out"),
            RequestFailed("r", "w", 1, 400, "invalid_value", 1.0, False),
            RequestFailed("r", "w", 1, 500, "internal_error", 1.0, False),
            RequestFailed("r", "w", 1, 500, "of_another_version", 1.0, False),
        ]
    )
    assert [(record.levelname, record.getMessage()) for record in records.records] == [
        ("WARNING", "provider_failure: it timed out"),
        ("INFO", "request_failed"),
        ("ERROR", "request_failed"),
        ("WARNING", "request_failed"),
    ]

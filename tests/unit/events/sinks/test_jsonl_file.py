import json
import stat
from pathlib import Path

from perpetuo.core.decision import Attempt
from perpetuo.events.sinks.jsonl_file import JsonlFileSink
from perpetuo.events.types import ProviderFailed, QuotaBlocked


async def test_each_event_is_a_line_that_says_its_type(tmp_path: Path):
    path = tmp_path / "events.jsonl"
    sink = JsonlFileSink(path)
    attempt = Attempt(1, "openai", "k", "gpt-4", "status", 3.5, class_="RETRYABLE", status=500)
    await sink.write([ProviderFailed("r", "w", 1, attempt, "it\nfailed\u2028")])
    await sink.write([QuotaBlocked("r2", "w", 2, "used up", 3)])
    first, second = (json.loads(line) for line in path.read_bytes().splitlines())
    assert (first["type"], first["explanation"]) == ("provider_failure", "it\nfailed\u2028")
    assert first["attempt"]["class"] == "RETRYABLE"
    assert second["type"] == "quota_blocked"


async def test_the_file_is_private_and_may_be_moved_away(tmp_path: Path):
    path = tmp_path / "events.jsonl"
    sink = JsonlFileSink(path)
    await sink.write([QuotaBlocked("1", "w", 2, "used up", 3)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.rename(tmp_path / "events.1")
    await sink.write([QuotaBlocked("2", "w", 2, "used up", 3)])
    assert json.loads(path.read_bytes())["request_id"] == "2"

"""A week of requests behind the ones that were really made: copies of them, and their rollups."""

import time

from sqlalchemy import text

from perpetuo.core.latency_histogram import weight_sql
from perpetuo.db.engine import create_engine, owner_transaction
from perpetuo.db.partitions import ensure_partitions

FIRST_HOUR = 2
"""Back from now. The hour of the real requests, whose rollups are there already, is never touched."""
HOURS = 7 * 24


async def copy_over_a_week(database_url: str, workspace_id: str) -> None:
    """More by day than by night, and one bad hour in which everything took three times as long."""
    engine = create_engine(database_url, role="perpetuo_app", pool_size=1)
    now_ms = int(time.time() * 1000)
    numbers = {"workspace_id": workspace_id, "now_ms": now_ms, "first": FIRST_HOUR, "last": HOURS - 1}
    before = {"workspace_id": workspace_id, "before_ms": now_ms - (FIRST_HOUR - 1) * 3_600_000}
    try:
        async with owner_transaction(engine) as conn:
            await ensure_partitions(conn, now_ms - HOURS * 3_600_000)
            await conn.execute(text(_LOGS), numbers)
            await conn.execute(text(COUNTERS), before)
            await conn.execute(text(LABELS), before)
    finally:
        await engine.dispose()


_COPIED = (
    "workspace_id, api_key_id, endpoint, requested_model, streaming, outcome, status, tags, alias, intent, tier, "
    "strategy, strategy_source, decision, attempts, provider, provider_key_id, model, fallback_used, substituted, "
    "error_code, cached_input_tokens, cache_write_tokens, reasoning_tokens, usage_source, price_source, partial, "
    "finish_reason, end_user"
)
_LOGS = f"""
INSERT INTO request_logs (
    id, received_at, input_tokens, output_tokens, cost_nanousd, first_byte_ms, duration_ms, {_COPIED}
)
SELECT
    (lpad(to_hex(ms), 12, '0') || '7' || substr(digest, 1, 3) || '8' || substr(digest, 4, 15))::uuid,
    to_timestamp(ms / 1000.0), input_tokens * size, output_tokens * size, cost_nanousd * size,
    first_byte_ms * slowness, duration_ms * slowness, {_COPIED}
FROM (
    SELECT
        hour, copy, md5(hour || '-' || copy) AS digest,
        CAST(:now_ms AS bigint) - hour * 3600000 - (copy * 7919 % 1800) * 1000 AS ms,
        1 + (hour * 7 + copy * 13) % 40 AS size,
        CASE WHEN hour = 31 THEN 3.0 ELSE 0.6 + ((hour * 5 + copy * 11) % 17) / 10.0 END AS slowness
    FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS hour
    CROSS JOIN LATERAL generate_series(1, 3 + (9 * (1 + sin(hour * pi() / 12)))::bigint) AS copy
) AS times
JOIN (
    SELECT *, row_number() OVER (ORDER BY id) - 1 AS number, count(*) OVER () AS sources
    FROM request_logs WHERE workspace_id = CAST(:workspace_id AS uuid)
) AS sources ON number = (hour * 31 + copy * 17) % sources
"""

_MEASURES = (
    "requests, errors, input_tokens, cached_input_tokens, output_tokens, cost_nanousd, fallbacks, substituted, "
    "durations, first_bytes"
)
_SUMS = (
    "count(*), count(*) FILTER (WHERE outcome = 'failed'), coalesce(sum(input_tokens), 0), "
    "coalesce(sum(cached_input_tokens), 0), coalesce(sum(output_tokens), 0), coalesce(sum(cost_nanousd), 0), "
    "count(*) FILTER (WHERE fallback_used), count(*) FILTER (WHERE substituted <> 'none'), "
    f"coalesce(sum({weight_sql('duration_ms')}) FILTER (WHERE outcome = 'succeeded'), 0), "
    f"coalesce(sum({weight_sql('first_byte_ms')}) FILTER (WHERE outcome = 'succeeded'), 0)"
)
_COUNTED = (
    "workspace_id = CAST(:workspace_id AS uuid) AND outcome <> 'rejected' "
    "AND received_at < to_timestamp(CAST(:before_ms AS float) / 1000)"
)
COUNTERS = f"""
INSERT INTO usage_counters (workspace_id, hour, api_key_id, provider, model, alias, {_MEASURES})
SELECT workspace_id, date_trunc('hour', received_at, 'UTC'), api_key_id::text, coalesce(provider, ''),
    coalesce(model, ''), coalesce(alias, ''), {_SUMS}
FROM request_logs WHERE {_COUNTED} GROUP BY 1, 2, 3, 4, 5, 6
"""
LABELS = f"""
INSERT INTO usage_labels (workspace_id, kind, hour, name, value, {_MEASURES})
SELECT workspace_id, label.kind, date_trunc('hour', received_at, 'UTC'), label.name, label.value, {_SUMS}
FROM request_logs CROSS JOIN LATERAL (
    SELECT 'tag', key, value FROM jsonb_each_text(tags)
    UNION ALL SELECT 'end_user', '', end_user WHERE end_user IS NOT NULL
) AS label (kind, name, value)
WHERE {_COUNTED} GROUP BY 1, 2, 3, 4, 5
"""

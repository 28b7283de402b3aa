"""Very many request logs and their rollups, made by the server itself in seconds."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from perpetuo.core.latency_histogram import weight_sql
from perpetuo.db.engine import owner_transaction
from perpetuo.db.partitions import ensure_partitions

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYS = 90
SINCE = NOW - timedelta(days=DAYS)

NEEDLE = "needle"
"""A tag of one request in 5,000."""


def workspace_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def now_ms() -> int:
    return int(NOW.timestamp() * 1000)


async def fill(engine: AsyncEngine, rows: int, workspaces: int, *, first_has: float) -> None:
    """`rows` spread evenly over 90 days; workspace 0 has the share `first_has`, the others as much as each other.

    One in a hundred failed, one in fifty fell back, six models of three providers, six aliases, three keys and 500 end
    users a workspace.
    """
    async with owner_transaction(engine) as conn:
        for month in (8, 9, 10, 11):
            await ensure_partitions(conn, int(datetime(2026, month, 1, tzinfo=UTC).timestamp() * 1000))
        step_ms = DAYS * 86_400_000 / rows
        numbers = {"rows": rows, "others": workspaces - 1, "share": first_has, "since_ms": SINCE.timestamp() * 1000}
        await conn.execute(text(LOGS), numbers | {"step_ms": step_ms})
        await conn.execute(text(COUNTERS))
        await conn.execute(text(LABELS))
    await vacuum(engine)


async def vacuum(engine: AsyncEngine) -> None:
    """As autovacuum has, by the time that there are so many rows."""
    async with engine.connect() as conn:
        await conn.execution_options(isolation_level="AUTOCOMMIT")
        await _as_owner(conn)
        for table in ("request_logs", "usage_counters", "usage_labels"):
            await conn.execute(text(f"VACUUM ANALYZE {table}"))
        await conn.execute(text("RESET ROLE"))


async def _as_owner(conn: AsyncConnection) -> None:
    await conn.execute(text("SET ROLE NONE"))


LOGS = """
INSERT INTO request_logs (
    id, workspace_id, api_key_id, received_at, endpoint, requested_model, streaming, outcome, status, tags, alias,
    intent, tier, strategy, strategy_source, decision, attempts, provider, provider_key_id, model, fallback_used,
    substituted, error_code, input_tokens, cached_input_tokens, output_tokens, usage_source, cost_nanousd, price_source,
    first_byte_ms, duration_ms, partial, finish_reason, end_user
)
SELECT
    (lpad(to_hex(ms), 12, '0') || '7' || substr(digest, 1, 3) || '8' || substr(digest, 4, 15))::uuid,
    workspace,
    ('00000000-0000-4000-9000-' || lpad((right(workspace::text, 3)::int * 10 + n % 3)::text, 12, '0'))::uuid,
    to_timestamp(ms / 1000.0),
    '/v1/chat/completions', 'model-' || n % 6, n % 2 = 0,
    CASE WHEN n % 97 = 0 THEN 'failed' ELSE 'succeeded' END,
    CASE WHEN n % 97 <> 0 THEN 200 WHEN n % 2 = 0 THEN 429 ELSE 502 END,
    jsonb_build_object('team', 'team-' || n % 7)
        || CASE WHEN n % 5003 = 0 THEN '{"needle": "found"}'::jsonb ELSE '{}'::jsonb END,
    'alias-' || n % 6, 'chat', 'small', 'cheapest', 'workspace',
    jsonb_build_object('explanation', repeat('because ', 20), 'candidates', jsonb_build_array(
        jsonb_build_object('provider', 'provider-' || n % 3, 'model', 'model-' || n % 6, 'reason', digest),
        jsonb_build_object('provider', 'provider-1', 'model', 'model-1', 'reason', repeat(digest, 4))
    )),
    jsonb_build_array(jsonb_build_object('number', 1, 'provider', 'provider-' || n % 3, 'duration_ms', n % 1000)),
    'provider-' || n % 3, digest, 'model-' || n % 6, n % 53 = 0, CASE WHEN n % 211 = 0 THEN 'fallback' ELSE 'none' END,
    CASE WHEN n % 97 = 0 THEN 'upstream_error' END,
    100 + n % 900, n % 50, 50 + n % 400, 'reported',
    1000 * (100 + n % 900) + CASE WHEN n % 4001 = 0 THEN 10000000 ELSE 0 END,
    'list', 100 + n % 400, 300 + n % 3000 + CASE WHEN n % 3001 = 0 THEN 60000 ELSE 0 END, false, 'stop',
    'user-' || (n / 7) % 500
FROM (
    SELECT n, md5(n::text) AS digest, (CAST(:since_ms AS float) + n * CAST(:step_ms AS float))::bigint AS ms,
        ('00000000-0000-4000-8000-' || lpad((
            CASE WHEN (n * 7919 % 1000) < 1000 * CAST(:share AS float) THEN 0
                ELSE 1 + (n * 31 + n / 1000) % CAST(:others AS int) END
        )::text, 12, '0'))::uuid AS workspace
    FROM generate_series(0, CAST(:rows AS bigint) - 1) AS n
) AS numbered
"""

_MEASURES = (
    "requests, errors, input_tokens, cached_input_tokens, output_tokens, cost_nanousd, fallbacks, substituted, "
    "durations, first_bytes"
)
_SUMS = (
    "count(*), count(*) FILTER (WHERE outcome = 'failed'), sum(input_tokens), sum(cached_input_tokens), "
    "sum(output_tokens), sum(cost_nanousd), count(*) FILTER (WHERE fallback_used), "
    "count(*) FILTER (WHERE substituted <> 'none'), "
    f"coalesce(sum({weight_sql('duration_ms')}) FILTER (WHERE outcome = 'succeeded'), 0), "
    f"coalesce(sum({weight_sql('first_byte_ms')}) FILTER (WHERE outcome = 'succeeded'), 0)"
)
COUNTERS = f"""
INSERT INTO usage_counters (workspace_id, hour, api_key_id, provider, model, alias, {_MEASURES})
SELECT workspace_id, date_trunc('hour', received_at, 'UTC'), api_key_id::text, provider, model, alias, {_SUMS}
FROM request_logs GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 2
"""
LABELS = f"""
INSERT INTO usage_labels (workspace_id, kind, hour, name, value, {_MEASURES})
SELECT workspace_id, label.kind, date_trunc('hour', received_at, 'UTC'), label.name, label.value, {_SUMS}
FROM request_logs CROSS JOIN LATERAL (
    SELECT 'tag', key, value FROM jsonb_each_text(tags) UNION ALL SELECT 'end_user', '', end_user
) AS label (kind, name, value)
GROUP BY 1, 2, 3, 4, 5 ORDER BY 3
"""

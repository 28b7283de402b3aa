import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import { useNow } from "../../api/hooks";
import { Sentence } from "../../components/decision/Sentence";
import { Badge, type Tone } from "../../components/Notice";
import { formatDuration } from "../../format/numbers";
import { colour, size } from "../../theme";
import type { ProviderKey } from "./order";

export type KeyHealth = Schemas["KeyHealth"];

export interface Props {
  of: ProviderKey;
  /** undefined: not told (yet) */
  health: KeyHealth | undefined;
}

const STATUSES: Record<ProviderKey["status"], { name: string; tone: Tone; reason: string } | null> = {
  active: null,
  disabled: { name: "disabled", tone: "neutral", reason: "Switched off: it is never asked." },
  not_allowed: { name: "not allowed", tone: "warn", reason: "The workspace's settings do not allow this provider." },
  unknown_vendor: { name: "unknown provider", tone: "bad", reason: "This version does not know the provider." },
  no_base_url: { name: "no base URL", tone: "bad", reason: "Give it a base URL: it has none to call." },
};

export const HEALTH: Record<KeyHealth["state"] | Schemas["ModelHealth"]["state"], { name: string; tone: Tone }> = {
  healthy: { name: "healthy", tone: "good" },
  degraded: { name: "degraded", tone: "warn" },
  cooling: { name: "cooling", tone: "warn" },
  quarantined: { name: "refused", tone: "bad" },
  breaker_open: { name: "breaker open", tone: "bad" },
  model_missing: { name: "model missing", tone: "warn" },
  unknown: { name: "not asked lately", tone: "neutral" },
};

/** Whether it is asked, how it does, and why it has a pause. */
export function KeyState({ of: key, health }: Props) {
  const status = STATUSES[key.status];
  if (status !== null) return <State name={status.name} tone={status.tone} reason={status.reason} />;
  if (health === undefined) return <State name="enabled" tone="neutral" reason="" />;
  const { name, tone } = HEALTH[health.state] ?? { name: health.state, tone: "neutral" };
  return (
    <State
      name={name}
      tone={tone}
      reason={health.state === "healthy" || health.state === "unknown" ? "" : health.reason}
      retryAfterS={health.retry_after_s}
    />
  );
}

interface StateProps {
  name: string;
  tone: Tone;
  reason: string;
  retryAfterS?: number | null;
}

export function State({ name, tone, reason, retryAfterS = null }: StateProps) {
  return (
    <div style={{ display: "grid", gap: 2, justifyItems: "start" }}>
      <Badge tone={tone}>
        {name}
        {retryAfterS !== null && <TimeLeft retryAfterS={retryAfterS} />}
      </Badge>
      {reason && (
        <span style={{ color: colour.textMuted, fontSize: size.xs, maxWidth: 280, overflowWrap: "anywhere" }}>
          <Sentence text={reason} />
        </span>
      )}
    </div>
  );
}

/** Counts down from when it was told. */
function TimeLeft({ retryAfterS }: { retryAfterS: number }) {
  const now = useNow(1_000);
  const [toldAtMs, setToldAtMs] = useState(now);
  // biome-ignore lint/correctness/useExhaustiveDependencies: told anew is from now on
  useEffect(() => setToldAtMs(Date.now()), [retryAfterS]);
  const leftS = Math.ceil(retryAfterS - Math.max(0, now - toldAtMs) / 1000);
  return <span> · {leftS > 0 ? `${formatDuration(leftS * 1000)} left` : "over in a moment"}</span>;
}

import type { Schemas } from "../../api/client";
import { quotasOf } from "../../api/usage";
import { formatUsd } from "../../format/money";
import { formatCount, formatShare, plural } from "../../format/numbers";
import { type Pace, paceOf } from "../../format/pace";
import { formatStart } from "../../format/time";
import type { State } from "./state";

/** Something to be done, as a sentence, and where it is done. */
export interface Trouble {
  tone: "bad" | "warn" | "info";
  text: string;
  to: string;
  /** What the link says */
  action: string;
}

export interface Facts extends State {
  suspended: boolean;
  unpriced: readonly string[];
  nowMs: number;
}

const NEAR = 0.8;
const DEMO_LABEL = "demo";

/** The worst first. */
export function troubleOf(facts: Facts): Trouble[] {
  const found = [
    ...suspension(facts),
    ...refusedKeys(facts),
    ...lists(facts),
    ...providers(facts),
    ...quotas(facts),
    ...budgets(facts),
    ...prices(facts),
  ];
  const rank = { bad: 0, warn: 1, info: 2 };
  return found.sort((a, b) => rank[a.tone] - rank[b.tone]);
}

function suspension({ suspended }: Facts): Trouble[] {
  if (!suspended) return [];
  return [
    {
      tone: "bad",
      text: "This workspace is suspended: no request is answered until an operator ends that.",
      to: "/app/settings/workspace",
      action: "Settings",
    },
  ];
}

const STATES: Partial<Record<Schemas["KeyHealth"]["state"], { tone: Trouble["tone"]; says: string }>> = {
  quarantined: { tone: "bad", says: "is not asked" },
  breaker_open: { tone: "bad", says: "is not asked for now" },
  cooling: { tone: "warn", says: "has a pause" },
  degraded: { tone: "warn", says: "has trouble" },
};

function refusedKeys({ health }: Facts): Trouble[] {
  return health.flatMap((key) => {
    const state = STATES[key.state];
    if (state === undefined) return [];
    return [
      {
        tone: state.tone,
        text: `The ${nameOfKey(key)} ${state.says}. ${key.reason}`,
        to: "/app/providers",
        action: "Providers",
      },
    ];
  });
}

function lists({ providerKeys }: Facts): Trouble[] {
  const failed = providerKeys.filter((key) => key.enabled && key.discovery_error !== null);
  return failed.map((key) => ({
    tone: "warn",
    text: `The models of the ${nameOfKey(key)} could not be listed: ${key.discovery_error}`,
    to: "/app/providers",
    action: "Providers",
  }));
}

function providers({ providerKeys }: Facts): Trouble[] {
  const used = providerKeys.filter((key) => key.enabled);
  const where = { to: "/app/providers", action: "Providers" };
  if (used.length === 0) {
    return [
      { tone: "bad", text: "There is no provider key that is switched on: every request is rejected.", ...where },
    ];
  }
  if (used.every((key) => key.label === DEMO_LABEL)) {
    return [{ tone: "info", text: "The demo model, tiny and often wrong, is the only provider so far.", ...where }];
  }
  return [];
}

function quotas({ settings, nowMs }: Facts): Trouble[] {
  const limits = [
    { of: "requests", used: settings.used_requests_month, limit: quotasOf(settings).requests },
    { of: "tokens", used: settings.used_tokens_month, limit: quotasOf(settings).tokens },
  ];
  return limits.flatMap(({ of, used, limit }) => {
    // A quota of nothing is meant so.
    if (!limit) return [];
    const pace = paceOf(used, limit, nowMs);
    return near(pace, `The month's quota of ${formatCount(limit)} ${of}`, nowMs, "/app/usage#budgets");
  });
}

function budgets({ apiKeys, nowMs }: Facts): Trouble[] {
  return apiKeys.flatMap((key) => {
    // A budget of nothing is meant so.
    if (!key.budget_nanousd_month || key.status !== "active") return [];
    const pace = paceOf(key.spent_nanousd_month, key.budget_nanousd_month, nowMs, Date.parse(key.created_at));
    const what = `The budget of ${formatUsd(key.budget_nanousd_month)} a month of the API key “${key.name}”`;
    return near(pace, what, nowMs, "/app/usage#budgets");
  });
}

function near({ share, runsOutAtMs }: Pace, what: string, nowMs: number, to: string): Trouble[] {
  if (share < NEAR) return [];
  if (share >= 1) return [{ tone: "bad", text: `${what} is used up.`, to, action: "Budgets" }];
  const when =
    runsOutAtMs === null
      ? "At this pace it lasts until the month ends."
      : `At this pace it ends ${dayOf(runsOutAtMs, nowMs)}.`;
  return [{ tone: "warn", text: `${what} is used to ${formatShare(share)}. ${when}`, to, action: "Budgets" }];
}

function dayOf(atMs: number, nowMs: number): string {
  if (atMs - nowMs < 24 * 3_600_000) return "within a day";
  return `on ${formatStart(new Date(atMs).toISOString(), "day")}`;
}

const MOST_NAMED = 5;

function prices({ unpriced }: Facts): Trouble[] {
  if (unpriced.length === 0) return [];
  const named = unpriced.slice(0, MOST_NAMED).join(", ");
  const more = unpriced.length > MOST_NAMED ? ` and ${unpriced.length - MOST_NAMED} more` : "";
  return [
    {
      tone: "warn",
      text: `${plural(unpriced.length, "model")} without a price: ${named}${more}. Their requests are missing in the cost.`,
      to: "/app/usage?by=model",
      action: "Usage by model",
    },
  ];
}

function nameOfKey({ vendor, label }: { vendor: string; label: string }): string {
  return label === "" ? `key of ${vendor}` : `key of ${vendor} (${label})`;
}

import { useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { CodeBlock, SecretOnce } from "../../components/Copy";
import { Dialog } from "../../components/Dialog";
import { SelectField, TextField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { useTell } from "../../components/Toasts";
import { formatUsdExactly, parseUsd } from "../../format/money";
import { colour, space } from "../../theme";
import type { ApiKey } from "./ApiKeysPage";

export interface Props {
  /** Left out: a new one. */
  apiKey?: ApiKey;
  onClose(): void;
  onCreated?(key: ApiKey): void;
  onChanged?(key: ApiKey): void;
}

type Substitution = NonNullable<ApiKey["substitution"]> | "";

/** What the form holds, as it was typed. */
interface Draft {
  name: string;
  requestsPerMinute: string;
  tokensPerMinute: string;
  budgetUsd: string;
  aliases: string;
  substitution: Substitution;
  expiresOn: string;
}

/** Of the API, that have a place of their own here: what is wrong with one of them is said there. */
const FIELDS = new Set<string | null>([
  "name",
  "budget_nanousd_month",
  "expires_at",
  "requests_per_minute",
  "tokens_per_minute",
  "allowed_aliases",
  "substitution",
]);

const SUBSTITUTION_CHOICES = [
  { value: "", label: "As the workspace says" },
  { value: "tier", label: "Any model of the tier" },
  { value: "fallback", label: "Another model only as a fallback" },
  { value: "never", label: "Never another model" },
] as const;

export function ApiKeyDialog({ apiKey, onClose, onCreated, onChanged }: Props) {
  const path = useWorkspacePath();
  const tell = useTell();
  const [before] = useState(() => draftOf(apiKey));
  const [draft, setDraft] = useState(before);
  const [mistakes, setMistakes] = useState<Partial<Record<keyof Draft, string>>>({});
  const [secret, setSecret] = useState<string>();
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });

  const save = useAction(async (wanted: Schemas["ApiKeyCreate"]) => {
    if (apiKey === undefined) {
      const { data } = await api.post("/workspaces/{workspace_id}/api-keys", { path, body: wanted });
      setSecret(data.key);
      onCreated?.(data);
      return;
    }
    const { data } = await api.patch("/workspaces/{workspace_id}/api-keys/{api_key_id}", {
      path: { ...path, api_key_id: apiKey.id },
      body: changesOf(before, draft, wanted),
    });
    onChanged?.(data);
    tell("API key changed.");
    onClose();
  });

  const submit = () => {
    const [wanted, wrong] = readDraft(draft);
    setMistakes(wrong);
    if (Object.keys(wrong).length === 0) void save.run(wanted);
  };
  const errorOf = (field: keyof Draft, name: string) =>
    mistakes[field] ?? (save.error?.field === name ? save.error.message : undefined);

  if (secret !== undefined) {
    return (
      <Dialog title="Your new API key" onClose={onClose}>
        <div style={{ display: "grid", gap: space.l }}>
          <Notice kind="warn">Copy it now: it is shown this once, and only its hash is kept.</Notice>
          <SecretOnce secret={secret} what="key" />
          <p style={{ color: colour.textMuted }}>OpenAI's own clients read the address and the key from here:</p>
          <CodeBlock
            label="The key and the address, for your shell"
            code={`export OPENAI_BASE_URL=${window.location.origin}/v1\nexport OPENAI_API_KEY=${secret}`}
          />
          <Button onClick={onClose} style={{ justifySelf: "end" }}>
            Done
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={apiKey === undefined ? "Create API key" : `Change ${apiKey.name}`} onClose={onClose}>
      <form
        style={{ display: "grid", gap: space.l }}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          label="Name"
          hint="The application that will use it."
          value={draft.name}
          error={errorOf("name", "name")}
          autoFocus
          onChange={(name) => set({ name })}
        />
        <div style={{ display: "grid", gap: space.l, gridTemplateColumns: "repeat(auto-fit, minmax(180px, 1fr))" }}>
          <TextField
            label="Budget a month, USD"
            optional
            inputMode="decimal"
            value={draft.budgetUsd}
            error={errorOf("budgetUsd", "budget_nanousd_month")}
            onChange={(budgetUsd) => set({ budgetUsd })}
          />
          <TextField
            label="Expires on"
            optional
            type="date"
            value={draft.expiresOn}
            error={errorOf("expiresOn", "expires_at")}
            onChange={(expiresOn) => set({ expiresOn })}
          />
          <TextField
            label="Requests a minute"
            optional
            inputMode="numeric"
            value={draft.requestsPerMinute}
            error={errorOf("requestsPerMinute", "requests_per_minute")}
            onChange={(requestsPerMinute) => set({ requestsPerMinute })}
          />
          <TextField
            label="Tokens a minute"
            optional
            inputMode="numeric"
            value={draft.tokensPerMinute}
            error={errorOf("tokensPerMinute", "tokens_per_minute")}
            onChange={(tokensPerMinute) => set({ tokensPerMinute })}
          />
        </div>
        <TextField
          label="Only these aliases"
          optional
          hint="Separated by commas; empty: every name."
          value={draft.aliases}
          error={errorOf("aliases", "allowed_aliases")}
          onChange={(aliases) => set({ aliases })}
        />
        <SelectField
          label="Another model than was asked for"
          value={draft.substitution}
          choices={SUBSTITUTION_CHOICES}
          error={errorOf("substitution", "substitution")}
          onChange={(substitution) => set({ substitution })}
        />
        {save.error && !FIELDS.has(save.error.field) && <Notice kind="bad">{save.error.message}</Notice>}
        <div style={{ display: "flex", justifyContent: "flex-end", gap: space.s }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={save.busy}>
            {apiKey === undefined ? "Create" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function draftOf(key: ApiKey | undefined): Draft {
  return {
    name: key?.name ?? "",
    requestsPerMinute: key?.requests_per_minute?.toString() ?? "",
    tokensPerMinute: key?.tokens_per_minute?.toString() ?? "",
    budgetUsd: key?.budget_nanousd_month == null ? "" : formatUsdExactly(key.budget_nanousd_month).slice(1),
    aliases: key?.allowed_aliases?.join(", ") ?? "",
    substitution: key?.substitution ?? "",
    expiresOn: key?.expires_at == null ? "" : localDay(key.expires_at),
  };
}

/** Of the viewer's zone, as `<input type="date">` writes it. */
function localDay(iso: string): string {
  const at = new Date(iso);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/**
 * Only what was typed anew: the others stay as they are, or as somebody else has changed them meanwhile. Above all the
 * end, of which only the day is shown.
 */
function changesOf(before: Draft, draft: Draft, wanted: Schemas["ApiKeyCreate"]): Schemas["ApiKeyUpdate"] {
  const isTyped = (field: keyof Draft) => draft[field] !== before[field];
  return {
    ...(isTyped("name") && { name: wanted.name }),
    ...(isTyped("requestsPerMinute") && { requests_per_minute: wanted.requests_per_minute }),
    ...(isTyped("tokensPerMinute") && { tokens_per_minute: wanted.tokens_per_minute }),
    ...(isTyped("budgetUsd") && { budget_nanousd_month: wanted.budget_nanousd_month }),
    ...(isTyped("aliases") && { allowed_aliases: wanted.allowed_aliases }),
    ...(isTyped("substitution") && { substitution: wanted.substitution }),
    ...(isTyped("expiresOn") && { expires_at: wanted.expires_at }),
  };
}

/** What is asked of the server, and what is wrong with what was typed. */
function readDraft(draft: Draft): [Schemas["ApiKeyCreate"], Partial<Record<keyof Draft, string>>] {
  const wrong: Partial<Record<keyof Draft, string>> = {};
  const count = (field: "requestsPerMinute" | "tokensPerMinute") => {
    const text = draft[field].replaceAll(",", "").trim();
    if (text === "") return null;
    if (!/^\d{1,12}$/.test(text)) wrong[field] = "A whole number, or nothing.";
    return Number(text);
  };
  const budget = draft.budgetUsd.trim() === "" ? null : parseUsd(draft.budgetUsd);
  if (draft.budgetUsd.trim() !== "" && budget === null) wrong.budgetUsd = "An amount such as 25 or 0.50.";
  if (draft.name.trim() === "") wrong.name = "A key needs a name.";
  const names = draft.aliases
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return [
    {
      name: draft.name,
      requests_per_minute: count("requestsPerMinute"),
      tokens_per_minute: count("tokensPerMinute"),
      budget_nanousd_month: budget,
      allowed_aliases: names.length === 0 ? null : names,
      substitution: draft.substitution === "" ? null : draft.substitution,
      // The whole day, where the viewer is.
      expires_at: draft.expiresOn === "" ? null : new Date(`${draft.expiresOn}T23:59:59`).toISOString(),
    },
    wrong,
  ];
}

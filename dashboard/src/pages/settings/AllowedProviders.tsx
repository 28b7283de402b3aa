import { useCallback, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Checkbox, Segmented } from "../../components/Field";
import { LoadState } from "../../components/LoadState";
import { Card } from "../../components/Page";
import { colour, size, space } from "../../theme";
import { SettingsForm } from "./SettingsForm";
import { useSave } from "./useSettings";
import type { PartProps } from "./WorkspaceTab";

type Vendor = Schemas["CatalogVendor"];

const WHICH = [
  { value: "all", label: "All providers" },
  { value: "some", label: "Only some" },
] as const;

/** Whom requests of this workspace may be sent to, whatever keys there are. */
export function AllowedProviders({ settings, data }: PartProps) {
  const path = useWorkspacePath();
  const { can } = useSession();
  const vendors = useLoaded(
    useCallback(
      async (signal: AbortSignal) =>
        (await api.get("/workspaces/{workspace_id}/provider-catalog", { path, signal })).data,
      [path],
    ),
  );
  return (
    <Card
      title="Allowed providers"
      description="Requests of this workspace are sent to no others, whatever provider keys there are."
    >
      <LoadState of={vendors} skeletonRows={4}>
        {(known) =>
          can("workspace:write") ? (
            <Choice settings={settings} data={data} known={known} />
          ) : (
            shown(data.allowed_providers, known)
          )
        }
      </LoadState>
    </Card>
  );
}

function Choice({ settings, data, known }: PartProps & { known: Vendor[] }) {
  const save = useSave(settings);
  const [which, setWhich] = useState<"all" | "some">(data.allowed_providers === null ? "all" : "some");
  const [chosen, setChosen] = useState(() => new Set(data.allowed_providers ?? []));
  const wanted = which === "all" ? null : known.map((vendor) => vendor.name).filter((name) => chosen.has(name));
  const before = data.allowed_providers;
  const isSame =
    wanted === null || before === null
      ? wanted === before
      : wanted.length === before.length && wanted.every((name) => before.includes(name));
  const toggle = (name: string, isChosen: boolean) => {
    const changed = new Set(chosen);
    if (isChosen) changed.add(name);
    else changed.delete(name);
    setChosen(changed);
  };
  return (
    <SettingsForm
      save={save}
      fields={[]}
      disabled={isSame}
      onSubmit={() => void save.run({ allowed_providers: wanted })}
    >
      <div>
        <Segmented<"all" | "some"> label="Which providers" value={which} choices={WHICH} onChange={setWhich} />
      </div>
      {which === "some" && (
        <>
          <fieldset
            style={{
              display: "grid",
              gap: `${space.xs}px ${space.l}px`,
              gridTemplateColumns: "repeat(auto-fill, minmax(170px, 1fr))",
            }}
          >
            <legend className="visually-hidden">Allowed providers</legend>
            {known.map((vendor) => (
              <Checkbox
                key={vendor.name}
                label={vendor.title}
                checked={chosen.has(vendor.name)}
                onChange={(isChosen) => toggle(vendor.name, isChosen)}
              />
            ))}
          </fieldset>
          {wanted?.length === 0 && (
            <p style={{ color: colour.textMuted, fontSize: size.s }}>With none of them, no request is sent anywhere.</p>
          )}
        </>
      )}
    </SettingsForm>
  );
}

function shown(allowed: string[] | null, known: Vendor[]): string {
  if (allowed === null) return "All providers";
  if (allowed.length === 0) return "None: no request is sent anywhere";
  return allowed.map((name) => known.find((vendor) => vendor.name === name)?.title ?? name).join(", ");
}

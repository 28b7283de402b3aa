import { useState } from "react";
import type { Loaded } from "../../api/hooks";
import { useSession } from "../../app/SessionContext";
import { Checkbox, TextField } from "../../components/Field";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { Card } from "../../components/Page";
import { plural } from "../../format/numbers";
import { space } from "../../theme";
import { readCount, SettingsForm } from "./SettingsForm";
import { type Settings, useSave, useSettings } from "./useSettings";

/** Whether what is asked and answered is kept, and how long. */
export function ContentTab() {
  const settings = useSettings();
  const { can } = useSession();
  return (
    <div style={{ maxWidth: 760 }}>
      <Card
        title="Content logging"
        description="Who asked when for which model, tokens and costs are logged always. This is about what was asked and answered."
      >
        <LoadState of={settings} skeletonRows={5}>
          {(data) =>
            can("workspace:write") ? (
              <ContentForm settings={settings} data={data} />
            ) : data.log_content ? (
              <p>Requests and answers are kept, sealed, for {plural(data.content_retention_days, "day")}.</p>
            ) : (
              <p>Requests and answers are not kept.</p>
            )
          }
        </LoadState>
      </Card>
    </div>
  );
}

function ContentForm({ settings, data }: { settings: Loaded<Settings>; data: Settings }) {
  const save = useSave(settings);
  const [isOn, setIsOn] = useState(data.log_content);
  const [days, setDays] = useState(data.content_retention_days.toString());
  const read = readCount(days);
  const wanted = typeof read === "number" && read > 0 ? read : undefined;
  const isSame = isOn === data.log_content && wanted === data.content_retention_days;
  return (
    <SettingsForm
      save={save}
      fields={["content_retention_days"]}
      disabled={isSame || wanted === undefined}
      onSubmit={() => void save.run({ log_content: isOn, content_retention_days: wanted ?? 7 })}
    >
      <Checkbox
        label="Keep what is asked and answered"
        hint="From the next requests on. What is kept already stays to the end of its days when this is switched off."
        checked={isOn}
        onChange={setIsOn}
      />
      <TextField
        label="Days"
        hint="After that they are deleted, within an hour."
        inputMode="numeric"
        value={days}
        error={
          wanted === undefined
            ? "A whole number, 1 or more."
            : save.error?.field === "content_retention_days"
              ? save.error.message
              : undefined
        }
        onChange={setDays}
        style={{ maxWidth: 160 }}
      />
      {isOn && (
        <Notice kind="warn">
          <span style={{ display: "grid", gap: space.xs }}>
            <span>
              Kept are prompts (the first 256 KiB of each) and answers (512 KiB), with whatever people put into them:
              names, addresses, secrets. Tell them, and keep it for as few days as you can.
            </span>
            <span>
              They are sealed in the database by the installation’s ENCRYPTION_KEY: a copy of the database does not show
              them. Every member, admin and owner of this workspace can read them; viewers can not.
            </span>
          </span>
        </Notice>
      )}
    </SettingsForm>
  );
}

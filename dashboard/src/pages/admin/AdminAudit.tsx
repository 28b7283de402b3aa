import { useCallback } from "react";
import { api } from "../../api/client";
import { usePages } from "../../api/hooks";
import { ACTIONS, AuditTrail } from "../../components/AuditTrail";
import { SelectField } from "../../components/Field";
import { Card } from "../../components/Page";
import { space } from "../../theme";
import { useSearch } from "./SearchField";

const CHOICES = [
  { value: "", label: "Every action" },
  ...Object.entries(ACTIONS).map(([action, sentence]) => ({ value: action, label: sentence })),
];

export function AdminAudit() {
  const [action, setAction] = useSearch("action");
  const entries = usePages(
    useCallback(
      (cursor: string | undefined, signal: AbortSignal) =>
        api.get("/admin/audit", { query: { cursor, action: action || undefined }, signal }),
      [action],
    ),
  );
  return (
    <Card
      padding={0}
      title="Audit log"
      description="Changes in the whole installation. Each entry is chained to the one before; perpetuo admin audit verify checks them."
    >
      <div style={{ padding: `${space.m}px ${space.l}px`, maxWidth: 320 }}>
        <SelectField label="What" value={action} choices={CHOICES} onChange={setAction} />
      </div>
      <AuditTrail of={entries} />
    </Card>
  );
}

import { type ReactNode, useCallback } from "react";
import { api, type Schemas } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { formatUsd } from "../../format/money";
import { formatCount } from "../../format/numbers";
import { colour, size, space } from "../../theme";
import { LoadState } from "../LoadState";
import { Table } from "../Table";
import { Money } from "../Values";
import { addsUp, type CostClass, costClassesOf } from "./costs";

export interface Props {
  log: Schemas["Log"];
  providerKeyId: string;
}

/** Only the sum is recorded: the parts are computed from the price that the provider key has for the model now. */
export function CostByClass({ log, providerKeyId }: Props) {
  const path = useWorkspacePath();
  const price = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const { data } = await api.get("/workspaces/{workspace_id}/providers/{provider_key_id}", {
          path: { ...path, provider_key_id: providerKeyId },
          signal,
        });
        return data.models.find((model) => model.id === log.model)?.price ?? null;
      },
      [path, providerKeyId, log.model],
    ),
  );
  if (price.error?.status === 404) return <Muted>The provider key is deleted, and its prices with it.</Muted>;
  return (
    <LoadState of={price}>
      {(bands) => {
        const classes = costClassesOf(log, bands);
        return (
          <div style={{ display: "grid", gap: space.s }}>
            <ClassTable classes={classes} />
            {bands === null && <Muted>No price is known of this model now.</Muted>}
            {bands !== null && log.cost_nanousd !== null && !addsUp(classes, log.cost_nanousd) && (
              <Muted>
                The price is another than it was then: the parts are of today's price, and the sum of then was{" "}
                <Money nanousd={log.cost_nanousd} />.
              </Muted>
            )}
          </div>
        );
      }}
    </LoadState>
  );
}

function ClassTable({ classes }: { classes: readonly CostClass[] }) {
  return (
    <Table
      caption="Cost by class of tokens"
      rowKey={(row) => row.name}
      rows={classes}
      columns={[
        { title: "Class", cell: (row) => row.name },
        {
          title: "Tokens",
          numeric: true,
          cell: (row) => (row.tokens === null ? "not reported" : formatCount(row.tokens)),
        },
        {
          title: "USD per million",
          numeric: true,
          cell: (row) => (row.price === null ? "–" : formatUsd(row.price * 1000)),
        },
        {
          title: "Cost",
          numeric: true,
          cell: (row) => (row.costNanousd === null ? "–" : <Money nanousd={Math.round(row.costNanousd)} />),
        },
      ]}
    />
  );
}

function Muted({ children }: { children: ReactNode }) {
  return <p style={{ color: colour.textMuted, fontSize: size.s }}>{children}</p>;
}

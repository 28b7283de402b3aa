import { useState } from "react";
import { api, type Schemas } from "../../api/client";
import { type Loaded, useAction } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button, IconButton } from "../../components/Button";
import { ConfirmDialog } from "../../components/Dialog";
import { Sentence } from "../../components/decision/Sentence";
import { Empty, LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { Card } from "../../components/Page";
import { type Column, Table } from "../../components/Table";
import { useTell } from "../../components/Toasts";
import { colour, font, size, space } from "../../theme";
import { AliasDialog } from "./AliasDialog";

type Settings = Schemas["Settings"];
export type NamedAlias = Schemas["NamedAlias"];

export interface Props {
  of: Loaded<Settings>;
  /** Names to choose from */
  modelNames: readonly string[];
  onTypeModels(): void;
  onExplain(name: string): void;
}

type Opened = { window: "create" } | { window: "edit" | "delete"; alias: NamedAlias };

/** Names of the workspace's own, and what they mean. */
export function AliasesCard({ of, modelNames, onTypeModels, onExplain }: Props) {
  const mayWrite = useSession().can("workspace:write");
  const [opened, setOpened] = useState<Opened>();
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  const close = () => setOpened(undefined);
  const add = mayWrite && (
    <Button
      small
      icon="plus"
      onClick={() => {
        onTypeModels();
        setOpened({ window: "create" });
      }}
    >
      Add alias
    </Button>
  );
  const put = (name: string, target: Schemas["Alias"] | null) =>
    of.replace((settings) => {
      const { [name]: _before, ...others } = settings.aliases;
      return { ...settings, aliases: target === null ? others : { ...others, [name]: target } };
    });
  const current = opened !== undefined && opened.window !== "create" ? opened.alias : undefined;
  return (
    <Card
      title="Aliases"
      description="Names of your own that applications send as the model. They come before every other name."
      actions={add}
      padding={0}
    >
      {warnings.length > 0 && (
        <div style={{ display: "grid", gap: space.s, padding: `${space.s}px ${space.l}px 0` }}>
          {warnings.map((warning) => (
            <Notice key={warning} kind="warn">
              <Sentence text={warning} />
            </Notice>
          ))}
        </div>
      )}
      <div style={{ padding: of.data === undefined ? space.l : 0 }}>
        <LoadState of={of} skeletonRows={4}>
          {(settings) => {
            const rows = aliasesOf(settings);
            return rows.length === 0 ? (
              <Empty title="No aliases yet" action={add}>
                With one, an application asks for a name such as support-bot, and you decide here which model that is.
              </Empty>
            ) : (
              <AliasTable
                rows={rows}
                mayWrite={mayWrite}
                onExplain={onExplain}
                onOpen={(window, alias) => {
                  onTypeModels();
                  setOpened({ window, alias });
                }}
              />
            );
          }}
        </LoadState>
      </div>
      {(opened?.window === "create" || opened?.window === "edit") && (
        <AliasDialog
          alias={current}
          taken={Object.keys(of.data?.aliases ?? {})}
          modelNames={modelNames}
          onClose={close}
          onSaved={(alias) => {
            put(alias.name, alias.target);
            setWarnings(alias.warnings);
            close();
          }}
        />
      )}
      {opened?.window === "delete" && (
        <DeleteAlias
          name={opened.alias.name}
          onClose={close}
          onDeleted={() => {
            put(opened.alias.name, null);
            setWarnings([]);
            close();
          }}
        />
      )}
    </Card>
  );
}

interface TableProps {
  rows: readonly NamedAlias[];
  mayWrite: boolean;
  onExplain(name: string): void;
  onOpen(window: "edit" | "delete", alias: NamedAlias): void;
}

function AliasTable({ rows, mayWrite, onExplain, onOpen }: TableProps) {
  const columns: Column<NamedAlias>[] = [
    {
      title: "Alias",
      cell: ({ name }) => (
        <code
          style={{
            display: "block",
            minWidth: 110,
            fontFamily: font.mono,
            fontSize: size.s,
            overflowWrap: "anywhere",
          }}
        >
          {name}
        </code>
      ),
    },
    { title: "Means", cell: ({ target }) => <Meaning of={target} /> },
    {
      title: "Another model",
      notOnPhones: true,
      cell: ({ target }) => (target.substitution ? SUBSTITUTION_NAMES[target.substitution] : "as the workspace says"),
    },
    {
      title: "Answers bear",
      notOnPhones: true,
      cell: ({ target }) => (target.response_model === "requested" ? "the alias" : "the model that answered"),
    },
    {
      title: "Actions",
      hiddenTitle: true,
      numeric: true,
      cell: (alias) => (
        <span style={{ display: "inline-flex" }}>
          <IconButton icon="play" label={`Explain ${alias.name}`} onClick={() => onExplain(alias.name)} />
          {mayWrite && (
            <>
              <IconButton icon="edit" label={`Change ${alias.name}`} onClick={() => onOpen("edit", alias)} />
              <IconButton icon="trash" label={`Delete ${alias.name}`} onClick={() => onOpen("delete", alias)} />
            </>
          )}
        </span>
      ),
    },
  ];
  return <Table caption="Aliases and what they mean" columns={columns} rows={rows} rowKey={(alias) => alias.name} />;
}

const SUBSTITUTION_NAMES = { tier: "any of the tier", fallback: "only as a fallback", never: "never" } as const;

function Meaning({ of: target }: { of: Schemas["Alias"] }) {
  const models = target.models ?? [];
  return (
    <div style={{ minWidth: 160, overflowWrap: "anywhere" }}>
      {models.length > 0 && <div style={{ fontFamily: font.mono, fontSize: size.s }}>{models.join(", then ")}</div>}
      <div style={{ color: colour.textMuted, fontSize: size.s }}>
        {models.length === 0 ? "whatever serves " : ""}
        {target.intent ?? "chat"}, tier {target.tier ?? "default"}
      </div>
    </div>
  );
}

function DeleteAlias({ name, onClose, onDeleted }: { name: string; onClose(): void; onDeleted(): void }) {
  const path = useWorkspacePath();
  const tell = useTell();
  const remove = useAction(async () => {
    await api.delete("/workspaces/{workspace_id}/aliases", { path, query: { name } });
    tell(`The alias ${name} is deleted.`);
    onDeleted();
  });
  return (
    <ConfirmDialog
      title={`Delete the alias ${name}?`}
      confirm="Delete"
      busy={remove.busy}
      error={remove.error}
      onConfirm={() => void remove.run()}
      onClose={onClose}
    >
      Applications that send this name get what it means without your alias, or are refused where it means nothing.
    </ConfirmDialog>
  );
}

/** By name, as the server lists them. */
export function aliasesOf(settings: Pick<Settings, "aliases">): NamedAlias[] {
  return Object.entries(settings.aliases)
    .map(([name, target]) => ({ name, target }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

import type { ReactNode } from "react";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { space } from "../../theme";
import type { Save } from "./useSettings";

export interface Props {
  save: Save;
  /** Whose mistakes are shown at the field, by their names in the request. */
  fields: readonly string[];
  /** Nothing was changed yet, or what is there can not be sent. */
  disabled?: boolean;
  children: ReactNode;
  onSubmit(): void;
}

/** Fields, what went wrong, and the button that saves them. */
export function SettingsForm({ save, fields, disabled, children, onSubmit }: Props) {
  const isAtField = save.error?.field != null && fields.includes(save.error.field);
  return (
    <form
      noValidate
      style={{ display: "grid", gap: space.l }}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      {save.error && !isAtField && <Notice kind="bad">{save.error.message}</Notice>}
      <Button type="submit" kind="primary" busy={save.busy} disabled={disabled} style={{ justifySelf: "start" }}>
        Save
      </Button>
    </form>
  );
}

/** A whole number that was typed; null: nothing was; undefined: something else. */
export function readCount(text: string): number | null | undefined {
  const plain = text.replaceAll(",", "").trim();
  if (plain === "") return null;
  return /^\d{1,15}$/.test(plain) ? Number(plain) : undefined;
}

export const A_COUNT = "A whole number, or nothing.";

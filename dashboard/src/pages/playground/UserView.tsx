import { useState } from "react";
import { Button, IconButton } from "../../components/Button";
import { TextAreaField } from "../../components/Field";
import { plural } from "../../format/numbers";
import { colour, radius, size, space, weight } from "../../theme";
import type { UserTurn } from "./conversation";
import { Images } from "./Images";

export interface Props {
  turn: UserTurn;
  /** Left out while an answer is on its way. */
  onResend?(text: string): void;
}

/** A message of the user's; changed, it is sent again and what followed it goes. */
export function UserView({ turn, onResend }: Props) {
  const [edited, setEdited] = useState<string>();
  return (
    <div
      style={{
        display: "grid",
        gridTemplateColumns: "minmax(0, 1fr)",
        gap: space.s,
        padding: space.m,
        borderRadius: radius.m,
        background: colour.sunken,
      }}
    >
      <div style={{ display: "flex", justifyContent: "space-between", alignItems: "center", minHeight: 28 }}>
        <h3 style={{ fontSize: size.s, fontWeight: weight.medium, color: colour.textMuted }}>You</h3>
        {onResend && edited === undefined && (
          <IconButton icon="edit" label="Change this message" onClick={() => setEdited(turn.text)} />
        )}
      </div>
      <Images images={turn.images} />
      {turn.lostImages > 0 && (
        <p style={{ color: colour.textMuted, fontSize: size.s }}>
          {plural(turn.lostImages, "image")} not kept when the page was loaded again.
        </p>
      )}
      {edited === undefined ? (
        <p style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{turn.text}</p>
      ) : (
        <form
          style={{ display: "grid", gap: space.s }}
          onSubmit={(event) => {
            event.preventDefault();
            setEdited(undefined);
            onResend?.(edited);
          }}
        >
          <TextAreaField label="Changed message" rows={3} autoFocus value={edited} onChange={setEdited} />
          <div style={{ display: "flex", gap: space.s, justifyContent: "flex-end" }}>
            <Button small onClick={() => setEdited(undefined)}>
              Cancel
            </Button>
            <Button small kind="primary" type="submit" disabled={edited.trim() === "" && turn.images.length === 0}>
              Send again
            </Button>
          </div>
        </form>
      )}
    </div>
  );
}

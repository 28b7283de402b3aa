import { useRef, useState } from "react";
import { Button, IconButton } from "../../components/Button";
import { TextAreaField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { space } from "../../theme";
import { Images } from "./Images";
import { filesOf, IMAGE_RULE, IMAGE_TYPES, withImages } from "./images";

export interface Draft {
  text: string;
  images: string[];
}

export interface Props {
  draft: Draft;
  isAsking: boolean;
  isPreparing: boolean;
  /** Why nothing can be sent now. */
  blocked: string | null;
  onChange(draft: Draft): void;
  onSend(): void;
  onStop(): void;
}

/** The message of the user's: Enter sends, Shift+Enter is a new line; images are dropped, pasted or chosen. */
export function Composer({ draft, isAsking, isPreparing, blocked, onChange, onSend, onStop }: Props) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const isEmpty = draft.text.trim() === "" && draft.images.length === 0;
  // Files take a moment to read, in which one types on or drops others.
  const latest = useRef(draft);
  latest.current = draft;
  const queue = useRef(Promise.resolve());
  const take = (files: File[]) => {
    queue.current = queue.current.then(async () => {
      const taken = await withImages(latest.current.images, files);
      setRefusal(taken.refusal);
      latest.current = { ...latest.current, images: taken.images };
      onChange(latest.current);
    });
  };
  return (
    <form
      aria-label="Your message"
      style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.s }}
      onSubmit={(event) => {
        event.preventDefault();
        if (isEmpty || isAsking || isPreparing || blocked !== null) return;
        // The button becomes another one: the focus would be lost with it.
        event.currentTarget.querySelector("textarea")?.focus({ preventScroll: true });
        onSend();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        take(filesOf(event.dataTransfer));
      }}
    >
      <Images
        images={draft.images}
        onRemove={(index) => onChange({ ...draft, images: draft.images.filter((_, each) => each !== index) })}
      />
      <TextAreaField
        label="Message"
        rows={2}
        value={draft.text}
        onChange={(text) => onChange({ ...draft, text })}
        onKeyDown={(event) => {
          // While letters are being composed (Japanese, for example), Enter belongs to the input method.
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
        onPaste={(event) => {
          const files = filesOf(event.clipboardData);
          if (files.length === 0) return;
          event.preventDefault();
          take(files);
        }}
      />
      {refusal && <Notice kind="bad">{refusal}</Notice>}
      {blocked && <Notice kind="info">{blocked}</Notice>}
      <div style={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: space.s }}>
        <input
          ref={chooser}
          type="file"
          accept={IMAGE_TYPES.join(",")}
          multiple
          hidden
          data-testid="image-chooser"
          onChange={(event) => {
            take([...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
        <IconButton icon="image" label={`Add an image: ${IMAGE_RULE}`} onClick={() => chooser.current?.click()} />
        <span style={{ flex: 1 }} />
        {isAsking ? (
          <Button icon="stop" onClick={onStop}>
            Stop
          </Button>
        ) : (
          <Button type="submit" kind="primary" icon="send" busy={isPreparing} disabled={isEmpty || blocked !== null}>
            Send
          </Button>
        )}
      </div>
    </form>
  );
}

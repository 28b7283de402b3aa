import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useSession } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { colour } from "../../theme";
import { AddProvider } from "./AddProvider";

export interface Props {
  providers: readonly Schemas["ProviderKey"][];
  onAdded(): void;
  /** Goes on with the demo model; undefined: whoever answers is settled. */
  onSkip: (() => void) | undefined;
}

/** The vendor's name of the demo model that `perpetuo up` starts. */
export const DEMO_VENDOR = "local";

export function ProviderStep({ providers, onAdded, onSkip }: Props) {
  const mayWrite = useSession().can("provider_keys:write");
  const [isAdding, setAdding] = useState(false);
  const own = providers.filter(({ vendor }) => vendor !== DEMO_VENDOR);
  const hasDemo = providers.some(({ vendor, enabled }) => vendor === DEMO_VENDOR && enabled);
  return (
    <>
      <WhoAnswers {...{ own, hasDemo, mayWrite, onSkip }} />
      {mayWrite &&
        ((own.length === 0 && onSkip !== undefined) || isAdding ? (
          <AddProvider
            onAdded={() => {
              setAdding(false);
              onAdded();
            }}
          />
        ) : (
          <Button small icon="plus" style={{ justifySelf: "start" }} onClick={() => setAdding(true)}>
            {own.length === 0 ? "Add a provider key" : "Add another"}
          </Button>
        ))}
    </>
  );
}

interface WhoAnswersProps extends Pick<Props, "onSkip"> {
  own: readonly Schemas["ProviderKey"][];
  hasDemo: boolean;
  mayWrite: boolean;
}

/** Short once it is settled: what comes next stays on the screen. */
function WhoAnswers({ own, hasDemo, mayWrite, onSkip }: WhoAnswersProps) {
  if (own.length > 0) {
    return (
      <p style={{ overflowWrap: "anywhere" }}>This workspace asks {listed(own.map((each) => each.vendor_title))}.</p>
    );
  }
  if (hasDemo && onSkip === undefined) {
    return <p>The small local model answers until you add a key. It is real, but tiny and often wrong.</p>;
  }
  return (
    <>
      <p>
        A provider is who answers: OpenAI, Anthropic, a server of your own.{" "}
        {mayWrite
          ? "Give Perpetuo your key there, and it asks in your name."
          : "An admin of this workspace adds its key."}
      </p>
      {hasDemo && (
        <p style={{ color: colour.textMuted }}>
          You have no key at hand? A small model on this machine is set up already. It is real, needs no account and
          costs nothing, but it is tiny and often wrong: good enough to see how things work.{" "}
          <Button small onClick={onSkip}>
            Go on with the local model
          </Button>
        </p>
      )}
    </>
  );
}

function listed(names: string[]): string {
  const each = [...new Set(names)];
  return each.length < 2 ? each.join("") : `${each.slice(0, -1).join(", ")} and ${each.at(-1)}`;
}

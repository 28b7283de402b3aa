import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { type Answer, NO_ANSWER } from "../../api/answer";
import { type Answered, askChat, type ChatBody, GatewayError, listModels } from "../../api/gateway";
import { Button } from "../../components/Button";
import { CodeBlock } from "../../components/Copy";
import { AnswerFacts } from "../../components/chat/AnswerFacts";
import { AnswerText } from "../../components/chat/AnswerText";
import { CodeSamples } from "../../components/chat/CodeSamples";
import { Field, inputStyle, TextField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { Spinner } from "../../components/Spinner";
import { colour, size, space, weight } from "../../theme";

export interface Props {
  secret: string;
  /** The gateway has answered, or refused: either is in the log. */
  onAsked(requestId: string): void;
  /** Whether a request from outside is waited for. */
  isWaiting: boolean;
  /** What the request that was sent here has left. */
  children: ReactNode;
}

/** Of these the first that the key may ask for is put into the form. */
const FAMILIAR = ["gpt-4o", "claude-sonnet", "gpt-4", "perpetuo/chat-default"];
const FIRST_MODEL = "perpetuo/chat-default";

export function RequestStep({ secret, onAsked, isWaiting, children }: Props) {
  const names = useNames(secret);
  const [typed, setTyped] = useState<string>();
  const [message, setMessage] = useState("Say hello in one short sentence.");
  const asking = useAnswer(secret, onAsked);
  const model = typed ?? firstOf(names);
  const body = useMemo<ChatBody>(
    () => ({ model, messages: [{ role: "user", content: message }], stream: true }),
    [model, message],
  );
  return (
    <>
      <form
        style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.m, maxWidth: 560 }}
        onSubmit={(event) => {
          event.preventDefault();
          void asking.ask({ ...body, stream_options: { include_usage: true } });
        }}
      >
        <Field label="Model or alias" hint="The name that your application asks for; who answers is decided here.">
          {(ids) => (
            <>
              <input
                {...ids}
                list={`${ids.id}-names`}
                autoComplete="off"
                spellCheck={false}
                value={model}
                onChange={(event) => setTyped(event.target.value)}
                style={inputStyle}
              />
              <datalist id={`${ids.id}-names`}>
                {names.map((name) => (
                  <option key={name} value={name} />
                ))}
              </datalist>
            </>
          )}
        </Field>
        <TextField label="Message" value={message} onChange={setMessage} />
        <Button
          type="submit"
          kind="primary"
          icon="send"
          busy={asking.state === "asking"}
          style={{ justifySelf: "start" }}
        >
          Send the request
        </Button>
      </form>
      <AnswerPart of={asking} />
      {children}
      <h3 style={{ fontSize: size.m, fontWeight: weight.medium }}>The same from your own code</h3>
      <CodeBlock code={`export OPENAI_API_KEY=${secret}`} label="The key, for your shell" />
      <CodeSamples request={{ body, headers: {} }} />
      {isWaiting && (
        <p role="status" style={{ display: "flex", gap: space.s, alignItems: "center", color: colour.textMuted }}>
          <Spinner /> Waiting for the first request: it appears here, wherever it is sent from.
        </p>
      )}
    </>
  );
}

interface Asking {
  state: "no" | "asking" | "done";
  answer: Answer;
  answered: Answered | null;
  error: string | null;
  ask(body: ChatBody): Promise<void>;
}

function AnswerPart({ of }: { of: Asking }) {
  const [costNanousd, setCost] = useState<number | null>();
  const { answered, answer, error, state } = of;
  const part = useRef<HTMLDivElement>(null);
  const isAsked = state !== "no";
  useEffect(() => {
    // The answer would begin below the edge of most screens: who has just pressed the button would see nothing happen.
    if (isAsked) part.current?.scrollIntoView({ block: "start" });
  }, [isAsked]);
  if (!isAsked) return null;
  return (
    <div
      ref={part}
      style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.s, scrollMarginTop: space.xl }}
    >
      <h3 style={{ fontSize: size.m, fontWeight: weight.medium }}>The answer</h3>
      <AnswerText text={answer.text || answer.reasoning} />
      {error !== null && <Notice kind="bad">{error}</Notice>}
      {answered !== null && (
        <AnswerFacts
          key={answered.telling.requestId}
          telling={answered.telling}
          inputTokens={answer.usage?.inputTokens ?? null}
          outputTokens={answer.usage?.outputTokens ?? null}
          firstByteMs={answered.firstByteMs}
          durationMs={answered.durationMs}
          costNanousd={costNanousd}
          onCost={setCost}
        />
      )}
      <p role="status" className="visually-hidden">
        {state === "done" ? answer.text : ""}
      </p>
    </div>
  );
}

function useAnswer(secret: string, onAsked: (requestId: string) => void): Asking {
  const [state, setState] = useState<Asking["state"]>("no");
  const [answer, setAnswer] = useState(NO_ANSWER);
  const [answered, setAnswered] = useState<Answered | null>(null);
  const [error, setError] = useState<string | null>(null);
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const ask = async (body: ChatBody) => {
    abort.current?.abort();
    abort.current = new AbortController();
    const { signal } = abort.current;
    setState("asking");
    setAnswer(NO_ANSWER);
    setAnswered(null);
    setError(null);
    try {
      const reply = await askChat(body, { key: secret, signal, onProgress: setAnswer });
      if (signal.aborted) return;
      setAnswer(reply.answer);
      setAnswered(reply);
      onAsked(reply.telling.requestId);
    } catch (failure) {
      if (!(failure instanceof GatewayError)) throw failure;
      if (signal.aborted) return;
      setError(failure.message);
      // Who is not known has no log.
      if (failure.telling?.requestId && failure.status !== 401) onAsked(failure.telling.requestId);
    } finally {
      if (!signal.aborted) setState("done");
    }
  };
  return { state, answer, answered, error, ask };
}

function useNames(secret: string): string[] {
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    listModels(secret, abort.signal)
      .then((models) => setNames(models.filter(({ intent }) => intent === "chat").map(({ id }) => id)))
      .catch((failure: unknown) => {
        // They are only suggestions: the request itself will say what is wrong.
        if (!abort.signal.aborted && !(failure instanceof GatewayError)) throw failure;
      });
    return () => abort.abort();
  }, [secret]);
  return names;
}

function firstOf(names: readonly string[]): string {
  return FAMILIAR.find((name) => names.includes(name)) ?? names[0] ?? FIRST_MODEL;
}

import { space } from "../../theme";
import { CodeBlock } from "../Copy";
import { partsOf } from "./answerText";

export interface Props {
  text: string;
}

/** What a model has written: plain text, and code where it fences it. Nothing of it is ever taken for HTML or a link. */
export function AnswerText({ text }: Props) {
  return (
    <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.m }}>
      {partsOf(text).map((part, index) =>
        part.kind === "code" ? (
          <CodeBlock key={index} code={part.text} label={part.language ? `Code in ${part.language}` : "Code"} />
        ) : (
          <p key={index} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            {part.text}
          </p>
        ),
      )}
    </div>
  );
}

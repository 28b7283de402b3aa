export interface TextPart {
  kind: "text" | "code";
  text: string;
  /** As written after the fence: `python` */
  language: string;
}

/** An answer cut at its code fences; a fence that is not closed (yet) goes to the end. */
export function partsOf(answer: string): TextPart[] {
  const parts: TextPart[] = [];
  let lines: string[] = [];
  let fence: { mark: string; language: string } | undefined;
  const end = (kind: TextPart["kind"], language: string) => {
    const text = kind === "code" ? lines.join("\n") : lines.join("\n").replace(/^\n+|\n+$/g, "");
    if (text.trim() !== "") parts.push({ kind, text, language });
    lines = [];
  };
  for (const line of answer.split(/\r\n|\n/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]{0,40})/.exec(line);
    if (fence === undefined && mark !== null) {
      end("text", "");
      fence = { mark: mark[1] ?? "```", language: mark[2] ?? "" };
    } else if (fence !== undefined && mark !== null && mark[2] === "" && mark[1]?.startsWith(fence.mark)) {
      end("code", fence.language);
      fence = undefined;
    } else lines.push(line);
  }
  end(fence === undefined ? "text" : "code", fence?.language ?? "");
  return parts;
}

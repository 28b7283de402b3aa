import { useState } from "react";
import { colour, size, space } from "../../theme";
import { CodeBlock } from "../Copy";
import { Segmented } from "../Field";
import { codeOf, LANGUAGES, type Language, type RequestInCode, withoutImageData } from "./code";

export interface Props {
  request: Omit<RequestInCode, "baseUrl">;
}

/** A request in the languages that most applications are written in, against this very gateway. */
export function CodeSamples({ request }: Props) {
  const [language, setLanguage] = useState<Language>("curl");
  const { body, replaced } = withoutImageData(request.body);
  const code = codeOf(language, { baseUrl: `${window.location.origin}/v1`, headers: request.headers, body });
  return (
    <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.m }}>
      <div>
        <Segmented<Language> label="Language" value={language} choices={LANGUAGES} onChange={setLanguage} />
      </div>
      <CodeBlock code={code} label={`The request in ${LANGUAGES.find(({ value }) => value === language)?.label}`} />
      <p style={{ color: colour.textMuted, fontSize: size.s }}>
        The key is read from the environment: put an API key into <code>OPENAI_API_KEY</code>.
        {replaced > 0 && " Images are left out: put the base64 of your own where it says YOUR_IMAGE."}
      </p>
    </div>
  );
}

import { CodeBlock } from "../components/Copy";
import { colour, size, space, weight } from "../theme";
import { Section } from "./Section";

const STEPS = [
  {
    title: "An application asks for a name",
    text: "gpt-4, claude-opus, or a name of your own. It is an alias: an intent and a tier, never a provider. The client may say how to choose: fastest, cheapest, reliable or default.",
  },
  {
    title: "Perpetuo orders your providers",
    text: "Those that can carry the request, by recent time to first byte, by the price of this very request, by recent error rate, or by your own priorities. Those that cool down or are refused are left out, with the reason.",
  },
  {
    title: "It tries them until one answers",
    text: "An overloaded, broken or silent provider means the next one. A mistake of the client ends at once with the provider's own sentence. After the first byte nothing is spliced in silently.",
  },
  {
    title: "The decision is written down",
    text: "Who was considered, in which order and why, what each attempt did, what it cost. You see it in the dashboard, and in the headers of every response.",
  },
];

export function HowItWorks() {
  const origin = window.location.origin;
  return (
    <Section
      id="how-it-works"
      title="How it works"
      lead="The client never chooses the provider. That is the whole idea, and everything else follows from it."
      sunken
    >
      <div
        style={{
          display: "grid",
          gap: `${space.xxl}px 64px`,
          gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 400px), 1fr))",
        }}
      >
        <ol style={{ listStyle: "none", display: "grid", gap: space.xl, alignContent: "start" }}>
          {STEPS.map((step, index) => (
            <li key={step.title} style={{ display: "grid", gridTemplateColumns: "28px minmax(0, 1fr)", gap: space.m }}>
              <span aria-hidden="true" style={{ color: colour.accent, fontWeight: weight.bold, fontSize: size.l }}>
                {index + 1}
              </span>
              <div style={{ display: "grid", gap: space.xs }}>
                <h3 style={{ fontSize: size.l, fontWeight: weight.bold }}>{step.title}</h3>
                <p style={{ color: colour.textMuted }}>{step.text}</p>
              </div>
            </li>
          ))}
        </ol>
        <div style={{ display: "grid", gap: space.l, alignContent: "start", minWidth: 0 }}>
          <p style={{ color: colour.textMuted }}>Your code stays what it is. Only the address and the key change:</p>
          <CodeBlock
            label="Python"
            code={`from openai import OpenAI

client = OpenAI(
    base_url="${origin}/v1",
    api_key="pk_...",
)
answer = client.chat.completions.create(
    model="gpt-4",
    messages=[{"role": "user", "content": "Say hello."}],
    extra_headers={"X-Perpetuo-Route": "cheapest"},
)`}
          />
          <CodeBlock
            label="A shell"
            code={`curl ${origin}/v1/chat/completions \\
  -H "Authorization: Bearer $PERPETUO_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "gpt-4", "messages": [
        {"role": "user", "content": "Say hello."}]}'`}
          />
        </div>
      </div>
    </Section>
  );
}

import { colour, size, space, weight } from "../theme";
import { Section } from "./Section";

const QUESTIONS = [
  {
    question: "If I ask for gpt-4, do I get gpt-4?",
    answer:
      "Where a provider of yours has exactly that model and nothing else was wished for, yes, first. Whether another model of the same tier may answer is a setting of the workspace, the alias and the key, and the strictest of them holds; a client can tighten it for a single request. The reply's model is always the one that answered, and a header says when it is a substitute. Embeddings are never substituted.",
  },
  {
    question: "What does a client see when a provider fails?",
    answer:
      "Before the first content: nothing, the next candidate answers. After it: one error event and a closed connection, never half an answer that looks whole.",
  },
  {
    question: "Where do my provider keys live?",
    answer:
      "In your own database, sealed with a key that is not in it. They are opened in memory when a request needs them, and redacted from logs and errors.",
  },
  {
    question: "Are prompts and answers stored?",
    answer:
      "Not unless an admin of the workspace switches it on; then sealed, for as many days as were chosen, and readable by members only.",
  },
  {
    question: "What do I need to run it?",
    answer:
      "Python 3.11 or newer and a machine. It brings its own PostgreSQL for one node, or uses yours. Redis is not needed.",
  },
  {
    question: "What can it not do yet?",
    answer:
      "Caching of responses, and several machines that share rate limits. The changelog says what came when, and the documentation names what is missing.",
  },
];

export function FAQ() {
  return (
    <Section id="questions" title="Questions">
      <div style={{ display: "grid", maxWidth: 760, borderTop: `1px solid ${colour.line}` }}>
        {QUESTIONS.map((each) => (
          <details key={each.question} style={{ borderBottom: `1px solid ${colour.line}`, padding: `${space.l}px 0` }}>
            <summary style={{ fontSize: size.l, fontWeight: weight.medium }}>{each.question}</summary>
            <p style={{ color: colour.textMuted, paddingTop: space.m }}>{each.answer}</p>
          </details>
        ))}
      </div>
    </Section>
  );
}

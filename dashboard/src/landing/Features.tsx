import { Grid, Point, Section } from "./Section";

export function Features() {
  return (
    <Section
      id="features"
      title="What is in it"
      lead="All of it, for everybody who installs it. There is no other edition."
    >
      <Grid>
        <Point title="Failover before the first byte">
          Streams are held until their first content, so that a provider that fails at the start is not noticed by your
          users. Breakers, cooling and quarantine keep the next requests away from it.
        </Point>
        <Point title="Lossless or loud">
          A field that a provider can not carry keeps it from answering, or is named in a header. Nothing is dropped in
          silence: tools, images, schemas, reasoning.
        </Point>
        <Point title="Books that add up">
          Every request is written to a local journal before it is forwarded, and settled once. Tokens by class, cost in
          integers of a billionth of a dollar, a decision for each row.
        </Point>
        <Point title="Many providers, five protocols">
          OpenAI, Anthropic, Google, Amazon Bedrock and Cohere as they speak themselves; Azure, Groq, Mistral,
          OpenRouter and others; Ollama, vLLM and llama.cpp on your own machines.
        </Point>
        <Point title="Workspaces that are walls">
          Each team has its own provider keys, API keys, budgets, members and logs. Every query begins with the
          workspace, and the database checks it once more.
        </Point>
        <Point title="Keys you can trust it with">
          Provider keys are sealed with AES-256-GCM, API keys kept as hashes and shown once. Roles, sessions, an audit
          log, and no secret in any log.
        </Point>
      </Grid>
    </Section>
  );
}

import { Grid, Point, Section } from "./Section";

export function UseCases() {
  return (
    <Section
      id="use-cases"
      title="Who it is for"
      lead="A platform team with many applications and more than one provider."
      sunken
    >
      <Grid min={220}>
        <Point title="Products that must not stop">
          An outage at one provider is a line in the log instead of an incident. Choose “reliable” and read afterwards
          what happened.
        </Point>
        <Point title="Bills that somebody has to explain">
          One key for each application, tags and end users on each request, a budget for each key, and a list of what
          was spent where and why.
        </Point>
        <Point title="Coding agents and tools">
          Anything that speaks OpenAI's API works by changing the base URL: the official SDKs, LangChain, the Vercel AI
          SDK, agents, curl.
        </Point>
        <Point title="Models on your own machines">
          Put them in the same tier as the paid ones, in front or as the last resort. Applications do not notice.
        </Point>
      </Grid>
    </Section>
  );
}

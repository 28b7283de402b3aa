import { colour, radius, size, space, weight } from "../theme";
import { Grid, Section } from "./Section";

interface Figure {
  figure: string;
  what: string;
  command: string;
}

/** From docs/measurements.md of the repository, which says on what machine, when, and under what load. */
const FIGURES: Figure[] = [
  {
    figure: "230,000 of 230,000",
    what: "requests answered, and tokens equal to the providers' own books, while two of three simulated providers failed half of the time in each of 23 ways.",
    command: "make soak (tests/integration/gateway/test_failover.py)",
  },
  {
    figure: "20 of 20",
    what: "times killed with kill -9 amid 64 concurrent requests: each request that a provider saw is in the log exactly once.",
    command: "make soak (tests/e2e/test_kill_everything.py)",
  },
  {
    figure: "10,000,000",
    what: "hostile streams and documents given to the five decoders: none raised, none grew without bound, none passed for a whole answer.",
    command: "make soak (tests/unit/providers/test_fuzz.py)",
  },
  {
    figure: "1.1 times",
    what: "what was asked is the most that failing providers see once breakers have opened: failing over does not become a flood.",
    command: "make test (tests/integration/gateway/test_amplification.py)",
  },
];

/** No customers are invented here: what we measured, and how anybody can measure it again. */
export function SocialProof() {
  return (
    <Section
      id="figures"
      title="Do not take our word for it"
      lead="We have no logos to show. We have figures, each with the command that repeats it on your machine."
    >
      <Grid min={220}>
        {FIGURES.map((each) => (
          <div key={each.figure} style={{ display: "grid", gap: space.s, alignContent: "start" }}>
            <p style={{ fontSize: size.xl, fontWeight: weight.bold, letterSpacing: "-0.01em" }}>{each.figure}</p>
            <p style={{ color: colour.textMuted }}>{each.what}</p>
            <p>
              <code
                style={{
                  padding: "2px 6px",
                  borderRadius: radius.s,
                  background: colour.sunken,
                  fontSize: size.xs,
                  overflowWrap: "anywhere",
                }}
              >
                {each.command}
              </code>
            </p>
          </div>
        ))}
      </Grid>
    </Section>
  );
}

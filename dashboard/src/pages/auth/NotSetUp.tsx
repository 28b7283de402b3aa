import { CodeBlock } from "../../components/Copy";
import { colour, space } from "../../theme";

/** Before there is anybody who could sign in. */
export function NotSetUp() {
  return (
    <div style={{ display: "grid", gap: space.l, gridTemplateColumns: "minmax(0, 1fr)" }}>
      <p>This installation has no account yet. Its first one is made on the machine that it runs on:</p>
      <CodeBlock label="Make the first account" code="perpetuo admin create-user you@example.com" />
      <p style={{ color: colour.textMuted }}>
        <code>perpetuo up</code> makes one by itself, and prints how to sign in when it starts. Then load this page
        again.
      </p>
    </div>
  );
}

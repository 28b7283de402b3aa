import { useState } from "react";
import { useSession } from "../../app/SessionContext";
import { Segmented } from "../../components/Field";
import { Card, Facts } from "../../components/Page";
import { chooseTheme, chosenTheme, space, type ThemeChoice } from "../../theme";
import { PasswordCard } from "./PasswordCard";
import { SessionsCard } from "./SessionsCard";

const THEMES = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

/** One's own, whatever workspace one is in. */
export function AccountTab() {
  const { user, workspace } = useSession();
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <div style={{ display: "grid", gap: space.l, maxWidth: 760, gridTemplateColumns: "minmax(0, 1fr)" }}>
      <Card title="You">
        <Facts
          facts={[
            { name: "E-mail", value: user.email },
            { name: "Name", value: user.name || "none" },
            { name: "Role here", value: workspace.role },
            ...(user.is_operator ? [{ name: "Installation", value: "operator" }] : []),
          ]}
        />
      </Card>
      <PasswordCard />
      <SessionsCard />
      <Card title="Theme" description="Of this browser.">
        <Segmented<ThemeChoice>
          label="Theme"
          value={theme}
          choices={THEMES}
          onChange={(choice) => {
            chooseTheme(choice);
            setTheme(choice);
          }}
        />
      </Card>
    </div>
  );
}

import { useState } from "react";
import { chooseTheme, chosenTheme, type ThemeChoice } from "../theme";
import { Button } from "./Button";

const NEXT: Record<ThemeChoice, ThemeChoice> = { system: "light", light: "dark", dark: "system" };
const NAMES: Record<ThemeChoice, string> = { system: "System", light: "Light", dark: "Dark" };

/** System, light, dark, and round again. */
export function ThemeSwitch() {
  const [choice, setChoice] = useState(chosenTheme);
  return (
    <Button
      kind="ghost"
      small
      icon={choice === "dark" ? "moon" : "sun"}
      aria-label={`Theme: ${NAMES[choice]}. Change it to ${NAMES[NEXT[choice]]}`}
      title="Theme: as the system says, light or dark"
      onClick={() => {
        chooseTheme(NEXT[choice]);
        setChoice(NEXT[choice]);
      }}
    >
      {NAMES[choice]}
    </Button>
  );
}

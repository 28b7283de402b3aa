import { useState } from "react";
import { chooseTheme, chosenTheme, type ThemeChoice } from "../theme";
import { Button } from "./Button";

const NEXT: Record<ThemeChoice, ThemeChoice> = { system: "light", light: "dark", dark: "system" };
const NAMES: Record<ThemeChoice, string> = { system: "System theme", light: "Light", dark: "Dark" };

/** System, light, dark, and round again. */
export function ThemeSwitch() {
  const [choice, setChoice] = useState(chosenTheme);
  return (
    <Button
      kind="ghost"
      small
      icon={choice === "dark" ? "moon" : "sun"}
      aria-label={`Theme: ${NAMES[choice]}. Change to ${NAMES[NEXT[choice]]}`}
      onClick={() => {
        chooseTheme(NEXT[choice]);
        setChoice(NEXT[choice]);
      }}
    >
      {NAMES[choice]}
    </Button>
  );
}

/**
 * The design language in one place: every colour, space, size and radius that components use.
 *
 * Colours are custom properties, so that a change of theme repaints without rendering; `applyTheme` sets their values
 * through CSSOM, which the Content-Security-Policy allows where it forbids <style> and style="".
 * Contrast of text on every surface it is used on is at least 4.5:1, of borders of controls 3:1 (WCAG 2.2 AA);
 * theme.test.ts computes it.
 */

const PALETTES = {
  light: {
    background: "#f8f8f6",
    surface: "#ffffff",
    sunken: "#f1f1ee",
    hover: "#f1f1ee",
    selected: "#e5f2ef",
    line: "#e3e3de",
    lineStrong: "#8a8a82",
    text: "#1a1b19",
    textMuted: "#5c5e58",
    accent: "#0b6b61",
    accentHover: "#09574f",
    onAccent: "#ffffff",
    focus: "#0b6b61",
    good: "#1b6e3c",
    goodSoft: "#e3f3e8",
    warn: "#855300",
    warnSoft: "#fbf0d9",
    bad: "#b3261e",
    badHover: "#931e17",
    badSoft: "#fcebe9",
    onBad: "#ffffff",
    info: "#2b5b94",
    infoSoft: "#e6eef8",
    neutralSoft: "#ecece8",
    shadow: "rgba(20, 22, 18, 0.14)",
    scrim: "rgba(20, 22, 18, 0.4)",
    series1: "#0b6b61",
    series2: "#b86e00",
    series3: "#3f63a8",
    series4: "#a33a6f",
    series5: "#5d7a1f",
    series6: "#7a5bb0",
    series7: "#7b7c75",
  },
  dark: {
    background: "#101211",
    surface: "#171a19",
    sunken: "#1e2221",
    hover: "#1f2423",
    selected: "#17312d",
    line: "#2a2f2d",
    lineStrong: "#737b77",
    text: "#e9ecea",
    textMuted: "#a0a9a4",
    accent: "#4fc3b0",
    accentHover: "#6dd3c2",
    onAccent: "#06201c",
    focus: "#4fc3b0",
    good: "#6fcf8e",
    goodSoft: "#16301f",
    warn: "#e5b15a",
    warnSoft: "#33270f",
    bad: "#f28b82",
    badHover: "#f6a59e",
    badSoft: "#3a1917",
    onBad: "#2b0704",
    info: "#8db7ec",
    infoSoft: "#172638",
    neutralSoft: "#262b29",
    shadow: "rgba(0, 0, 0, 0.5)",
    scrim: "rgba(0, 0, 0, 0.6)",
    series1: "#4fc3b0",
    series2: "#e5a84a",
    series3: "#86a9ee",
    series4: "#e38bb5",
    series5: "#a8c763",
    series6: "#b79cea",
    series7: "#9aa29d",
  },
} as const;

export type Theme = "light" | "dark";
export type ThemeChoice = Theme | "system";
export type Colour = keyof (typeof PALETTES)["light"];

/** `colour.text` is what goes into a style: `var(--text)`. */
export const colour = Object.fromEntries(Object.keys(PALETTES.light).map((name) => [name, `var(--${name})`])) as Record<
  Colour,
  string
>;

export const series = [
  colour.series1,
  colour.series2,
  colour.series3,
  colour.series4,
  colour.series5,
  colour.series6,
  colour.series7,
];

/** px */
export const space = { xs: 4, s: 8, m: 12, l: 16, xl: 24, xxl: 40, huge: 72 } as const;
export const radius = { s: 4, m: 6, l: 10, full: 999 } as const;
export const font = {
  sans: 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  mono: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
} as const;
/** rem, so that a reader's own text size counts. */
export const size = { xs: "0.75rem", s: "0.8125rem", m: "0.875rem", l: "1rem", xl: "1.25rem", xxl: "1.75rem" } as const;
export const weight = { normal: 400, medium: 500, bold: 600 } as const;
/** The least height of what is clicked, px (WCAG 2.2, 2.5.8 asks for 24). */
export const control = { height: 34, small: 28 } as const;

const STORAGE_KEY = "perpetuo.theme";
const systemIsDark = () => window.matchMedia("(prefers-color-scheme: dark)").matches;

export function chosenTheme(): ThemeChoice {
  const stored = localStorage.getItem(STORAGE_KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function chooseTheme(choice: ThemeChoice): void {
  localStorage.setItem(STORAGE_KEY, choice);
  applyTheme();
}

/** To be called before the first render, and by `followTheme` whenever what it depends on changes. */
export function applyTheme(): void {
  const choice = chosenTheme();
  const theme: Theme = choice === "system" ? (systemIsDark() ? "dark" : "light") : choice;
  const root = document.documentElement;
  root.dataset.theme = theme;
  root.style.colorScheme = theme;
  for (const [name, value] of Object.entries(PALETTES[theme])) root.style.setProperty(`--${name}`, value);
}

/** Follows the system, and the choice made in another tab. */
export function followTheme(): void {
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
  window.addEventListener("storage", (event) => {
    if (event.key === STORAGE_KEY) applyTheme();
  });
}

export function palette(theme: Theme): Record<Colour, string> {
  return PALETTES[theme];
}

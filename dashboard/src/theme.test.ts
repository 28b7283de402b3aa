import { describe, expect, test } from "vitest";
import { type Colour, palette, type Theme } from "./theme";

/** Relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance, read 2026-11-25. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const SURFACES: Colour[] = ["background", "surface", "sunken", "hover", "selected", "neutralSoft"];
const SOFT: Colour[] = ["goodSoft", "warnSoft", "badSoft", "infoSoft"];

describe.each<Theme>(["light", "dark"])("in the %s theme", (theme) => {
  const colours = palette(theme);

  test.each(["text", "textMuted", "accent", "bad"] as Colour[])("%s can be read on every surface", (name) => {
    for (const surface of SURFACES)
      expect(contrast(colours[name], colours[surface]), surface).toBeGreaterThanOrEqual(4.5);
  });

  test("text can be read on every soft colour, and buttons on theirs", () => {
    for (const soft of SOFT) expect(contrast(colours.text, colours[soft]), soft).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colours.onAccent, colours.accent)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colours.onAccent, colours.accentHover)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colours.onBad, colours.bad)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colours.onBad, colours.badHover)).toBeGreaterThanOrEqual(4.5);
  });

  test("borders of controls, series of charts and the focus can be told from what is around them", () => {
    for (const name of [
      "lineStrong",
      "focus",
      "series1",
      "series2",
      "series3",
      "series4",
      "series5",
      "series6",
      "series7",
    ] as Colour[]) {
      expect(contrast(colours[name], colours.surface), name).toBeGreaterThanOrEqual(3);
    }
    for (const tone of ["good", "warn", "bad", "info"] as const) {
      expect(contrast(colours[tone], colours[`${tone}Soft`]), tone).toBeGreaterThanOrEqual(3);
    }
  });
});

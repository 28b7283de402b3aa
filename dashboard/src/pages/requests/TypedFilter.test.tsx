import { act, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { formatUsdExactly } from "../../format/money";
import { readMinCost } from "./filters";
import { TypedFilter } from "./TypedFilter";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** As the filter panel has it: an amount of USD, in the address in nano-USD. */
function Cost({ onNanousd }: { onNanousd(nanousd: string | null): void }) {
  const [nanousd, setNanousd] = useState<string | null>(null);
  return (
    <TypedFilter
      label="Costs"
      value={nanousd === null ? "" : formatUsdExactly(Number(nanousd)).slice(1)}
      read={(typed) => readMinCost(typed)?.toString() ?? null}
      onChange={(meant) => {
        setNanousd(meant);
        onNanousd(meant);
      }}
    />
  );
}

const type = (text: string) => {
  fireEvent.change(screen.getByLabelText("Costs"), { target: { value: text } });
  act(() => {
    vi.advanceTimersByTime(400);
  });
  return screen.getByLabelText<HTMLInputElement>("Costs").value;
};

test("whoever pauses while typing an amount goes on behind what they typed", () => {
  const sent: (string | null)[] = [];
  render(<Cost onNanousd={(nanousd) => sent.push(nanousd)} />);
  expect(type("0.5")).toBe("0.5");
  expect(type("0.50012345")).toBe("0.50012345");
  expect(type("")).toBe("");
  expect(sent).toEqual(["500000000", "500123450", null]);
});

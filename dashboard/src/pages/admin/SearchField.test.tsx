import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SearchField } from "./SearchField";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const field = () => screen.getByLabelText<HTMLInputElement>("Email begins with");
const pause = () =>
  act(() => {
    vi.advanceTimersByTime(1_000);
  });

test("what was typed is told once, when typing pauses", () => {
  const onChange = vi.fn();
  render(<SearchField label="Email begins with" value="" onChange={onChange} />);
  fireEvent.change(field(), { target: { value: "a" } });
  fireEvent.change(field(), { target: { value: "ad" } });
  expect(onChange).not.toHaveBeenCalled();
  pause();
  expect(onChange.mock.calls).toEqual([["ad"]]);
});

test("a link that clears the search clears the field, and the field does not search again", () => {
  const onChange = vi.fn();
  const { rerender } = render(<SearchField label="Email begins with" value="ada" onChange={onChange} />);
  rerender(<SearchField label="Email begins with" value="" onChange={onChange} />);
  pause();
  expect(field().value).toBe("");
  expect(onChange).not.toHaveBeenCalled();
});

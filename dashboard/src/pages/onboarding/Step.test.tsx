import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Step } from "./Step";

const step = (state: "later" | "now", isButtonThere: boolean) => (
  <>
    {isButtonThere && <button type="button">Go on</button>}
    <Step number={2} title="Create an API key" state={state}>
      <input aria-label="Name" />
    </Step>
  </>
);

test("the step that is next takes the focus that went with the button of the step before", () => {
  const { rerender } = render(step("later", true));
  screen.getByRole("button", { name: "Go on" }).focus();
  rerender(step("now", false));
  expect(document.activeElement).toBe(screen.getByRole("listitem"));
});

test("a focus that is somewhere stays there, and a page that opens moves none", () => {
  const { rerender } = render(step("now", false));
  expect(document.activeElement).toBe(document.body);
  rerender(step("later", true));
  screen.getByRole("button", { name: "Go on" }).focus();
  rerender(step("now", true));
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Go on" }));
});

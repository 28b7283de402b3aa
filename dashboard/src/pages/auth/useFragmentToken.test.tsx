import { render, screen } from "@testing-library/react";
import { MemoryRouter, useLocation } from "react-router";
import { expect, test } from "vitest";
import { useFragmentToken } from "./useFragmentToken";

function Shown() {
  const token = useFragmentToken();
  const { pathname, search, hash } = useLocation();
  return (
    <p>
      {token ?? "none"} at {pathname + search + hash}
    </p>
  );
}

function show(address: string) {
  render(
    <MemoryRouter initialEntries={[address]}>
      <Shown />
    </MemoryRouter>,
  );
}

test("the token of a link is read, and taken out of the address", () => {
  show("/app/invitation?a=b#token=inv_0123abc");
  expect(screen.getByText("inv_0123abc at /app/invitation?a=b")).toBeTruthy();
});

test.each(["#top", "#token=", "#token=<script>", `#token=${"x".repeat(300)}`])("%s is no token", (hash) => {
  show(`/app/invitation${hash}`);
  expect(screen.getByText(/^none at/)).toBeTruthy();
});

import { render } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, expect, test, vi } from "vitest";
import { TabLinks } from "./TabLinks";

afterEach(() => vi.restoreAllMocks());

test("the current tab is in sight where not all of them have room", () => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(300);
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(100);
  vi.spyOn(HTMLElement.prototype, "offsetLeft", "get").mockReturnValue(700);
  const scrolled = vi.spyOn(Element.prototype, "scrollLeft", "set");
  render(
    <MemoryRouter initialEntries={["/app/settings/danger"]}>
      <TabLinks
        label="Parts"
        tabs={[
          { to: "/app/settings/workspace", name: "Workspace" },
          { to: "/app/settings/danger", name: "Danger zone" },
        ]}
      />
    </MemoryRouter>,
  );
  expect(scrolled.mock.calls).toEqual([[600]]);
});

import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { createMemoryRouter, RouterProvider, useNavigate, useSearchParams } from "react-router";
import { expect, test } from "vitest";
import { useOpened } from "./useOpened";

function history(...entries: string[]) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <RouterProvider router={createMemoryRouter([{ path: "*", element: children }], { initialEntries: entries })} />
  );
  const { result } = renderHook(
    () => {
      const [opened, open] = useOpened("request");
      const [parameters] = useSearchParams();
      return { opened, open, back: useNavigate(), address: parameters.toString() };
    },
    { wrapper },
  );
  return {
    address: () => result.current.address,
    open: (id: string | null) => act(async () => result.current.open(id)),
    back: () => act(async () => void result.current.back(-1)),
  };
}

test("what is closed leaves no step behind: Back leads to where one came from", async () => {
  const page = history("/before?page=before", "/requests?live=1");
  await page.open("a");
  expect(page.address()).toBe("live=1&request=a");
  await page.open("b");
  expect(page.address()).toBe("live=1&request=b");
  await page.open(null);
  expect(page.address()).toBe("live=1");
  await page.back();
  expect(page.address()).toBe("page=before");
});

test("Back closes what was opened", async () => {
  const page = history("/requests");
  await page.open("a");
  await page.back();
  expect(page.address()).toBe("");
});

test("who came by a link to something opened stays on the page when closing it", async () => {
  const page = history("/before?page=before", "/requests?request=a");
  await page.open("b");
  await page.open(null);
  expect(page.address()).toBe("");
  await page.back();
  expect(page.address()).toBe("page=before");
});

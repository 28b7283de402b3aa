import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { beforeEach, expect, test, vi } from "vitest";
import { api } from "../../api/client";
import { RoutingPage } from "./RoutingPage";

let mayWrite = true;
vi.mock("../../app/SessionContext", () => {
  const path = { workspace_id: "w1" };
  const can = (action: string) => mayWrite || !action.endsWith(":write");
  return { useWorkspacePath: () => path, useSession: () => ({ can }) };
});

const SETTINGS = {
  strategy: null,
  substitution: "tier",
  unknown_models: "reject",
  drop_reasoning: false,
  aliases: { bot: { intent: "chat", tier: "fast", models: ["gpt-4o"], substitution: null, response_model: "actual" } },
};
const REFUSED = {
  resolution: null,
  strategy: null,
  substitution: null,
  candidates: [],
  skipped: [],
  explanation: "",
  refusal: {
    status: 404,
    code: "model_not_found",
    message: "The model is not known.",
    param: null,
    retry_after_s: null,
  },
};

beforeEach(() => {
  mayWrite = true;
  vi.spyOn(api, "get").mockImplementation((async (path: string) => ({
    data: path.endsWith("/settings") ? SETTINGS : [],
    next_cursor: null,
  })) as never);
});

const show = async (address = "/app/routing") => {
  render(
    <MemoryRouter initialEntries={[address]}>
      <RoutingPage />
    </MemoryRouter>,
  );
  await screen.findByText("bot");
  return userEvent.setup();
};

test("only what was changed of the defaults is sent, and warnings are shown", async () => {
  const patch = vi.spyOn(api, "patch").mockResolvedValue({
    data: { ...SETTINGS, strategy: "cheapest", warnings: ["Some models have no price."] },
  } as never);
  const user = await show();
  const save = screen.getByRole<HTMLButtonElement>("button", { name: "Save defaults" });
  expect(save.disabled).toBe(true);
  await user.click(screen.getByRole("radio", { name: /^cheapest/ }));
  await user.click(save);
  expect(patch.mock.calls[0]?.[1]).toEqual({ path: { workspace_id: "w1" }, body: { strategy: "cheapest" } });
  expect(await screen.findByText("Some models have no price.")).toBeTruthy();
});

test("a new alias is put under its name, with its warnings; one that exists is not replaced unseen", async () => {
  const put = vi.spyOn(api, "put").mockImplementation((async (_path: string, options: { body: object }) => ({
    data: { name: "writer", target: options.body, warnings: ["`writer`: `gpt-9` is not in the catalog."] },
  })) as never);
  const user = await show();
  await user.click(screen.getByRole("button", { name: "Add alias" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.type(dialog.getByLabelText("Name"), "bot");
  await user.click(dialog.getByRole("button", { name: "Add" }));
  expect(dialog.getByText("There is an alias of this name: change that one.")).toBeTruthy();
  expect(put).not.toHaveBeenCalled();

  await user.clear(dialog.getByLabelText("Name"));
  await user.type(dialog.getByLabelText("Name"), "writer");
  await user.type(dialog.getByLabelText("Model 1"), "gpt-9");
  await user.selectOptions(dialog.getByLabelText("Tier"), "premium");
  await user.click(dialog.getByRole("button", { name: "Add" }));
  expect(put.mock.calls[0]?.[1]).toEqual({
    path: { workspace_id: "w1" },
    query: { name: "writer" },
    body: { tier: "premium", models: ["gpt-9"] },
  });
  expect(await screen.findByText(/is not in the catalog/)).toBeTruthy();
  expect(screen.getByRole("table", { name: "Aliases and what they mean" }).textContent).toContain("writer");
});

test("a refusal is shown as the client would get it", async () => {
  const post = vi.spyOn(api, "post").mockResolvedValue({
    data: { decisions: [REFUSED], snapshot_version: 3, catalog_version: "c1" },
  } as never);
  await show("/app/routing?model=nope&needs=vision");
  expect(await screen.findByText("404 model_not_found")).toBeTruthy();
  expect(post.mock.lastCall?.[1]).toMatchObject({ body: { model: "nope", needs: ["vision"] } });
});

test("who may not write sees everything and no buttons to change it", async () => {
  mayWrite = false;
  await show();
  expect(screen.queryByRole("button", { name: "Save defaults" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Add alias" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Delete bot" })).toBeNull();
  expect(screen.getByRole<HTMLInputElement>("radio", { name: /^fastest/ }).disabled).toBe(true);
});

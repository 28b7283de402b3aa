import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { ApiError, api, type Schemas } from "../../api/client";
import { EditKeyDialog } from "./EditKeyDialog";

vi.mock("../../app/SessionContext", () => {
  const path = { workspace_id: "w1" };
  return { useWorkspacePath: () => path };
});

const KEY = {
  id: "k1",
  vendor: "openai",
  vendor_title: "OpenAI",
  label: "main",
  base_url: null,
  priority: 100,
  models: [],
};
const VENDOR = { base_url: "https://api.example/v1", secret: "required", models: 3, self_hosted: false };

const show = () => {
  const patch = vi.spyOn(api, "patch").mockResolvedValue({ data: KEY } as never);
  render(
    <EditKeyDialog
      of={KEY as unknown as Schemas["ProviderKeyDetail"]}
      vendor={VENDOR as Schemas["CatalogVendor"]}
      onClose={() => {}}
      onChanged={() => {}}
    />,
  );
  const save = () => screen.getByRole("button", { name: "Save" });
  return { user: userEvent.setup(), patch, save };
};

test("only what was changed is sent, and a priority is a whole number", async () => {
  const { user, patch, save } = show();
  const priority = screen.getByLabelText("Priority");
  await user.clear(priority);
  await user.type(priority, "0");
  await user.click(save());
  expect(screen.getByText("A whole number from 1 to 1,000,000.")).toBeTruthy();
  expect(patch).not.toHaveBeenCalled();
  await user.clear(priority);
  await user.type(priority, "5");
  await user.click(save());
  expect(patch.mock.calls[0]?.[1]).toEqual({
    path: { workspace_id: "w1", provider_key_id: "k1" },
    body: { priority: 5 },
  });
});

test("another address asks for the secret again, and sends both together", async () => {
  const { user, patch, save } = show();
  expect(screen.queryByLabelText("Key")).toBeNull();
  await user.type(screen.getByLabelText(/^Base URL/), "https://other.example/v1");
  await user.type(screen.getByLabelText("Key"), "sk-new");
  await user.click(save());
  expect(patch.mock.calls[0]?.[1]).toMatchObject({ body: { base_url: "https://other.example/v1", secret: "sk-new" } });
});

test("the server's sentence about a field stands there, and only there", async () => {
  const { user, patch, save } = show();
  const sentence = "A label is one line of printable characters.";
  patch.mockRejectedValueOnce(new ApiError(sentence, 422, "invalid", "label"));
  await user.type(screen.getByLabelText(/^Label/), "x");
  await user.click(save());
  await waitFor(() => expect(screen.getAllByText(sentence)).toHaveLength(1));
  expect(screen.getByLabelText(/^Label/).getAttribute("aria-invalid")).toBe("true");
});

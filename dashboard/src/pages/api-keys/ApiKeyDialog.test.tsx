import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError, api } from "../../api/client";
import { ApiKeyDialog } from "./ApiKeyDialog";

vi.mock("../../app/SessionContext", () => {
  const path = { workspace_id: "w1" };
  return { useWorkspacePath: () => path };
});
afterEach(() => vi.restoreAllMocks());

const fill = async (fields: Record<string, string>) => {
  const user = userEvent.setup();
  for (const [label, text] of Object.entries(fields)) await user.type(screen.getByLabelText(new RegExp(label)), text);
  await user.click(screen.getByRole("button", { name: "Create" }));
};

test("what was typed is sent in the API's units, and the key is shown this once", async () => {
  const post = vi.spyOn(api, "post").mockResolvedValue({ data: { key: "pk_secret" } } as never);
  const onCreated = vi.fn();
  render(<ApiKeyDialog onClose={() => {}} onCreated={onCreated} />);
  await fill({
    Name: "billing",
    "Budget a month": "12.50",
    "Requests a minute": "1,000",
    "Only these aliases": "gpt-4, mine ",
  });

  expect(await screen.findByText("pk_secret")).toBeTruthy();
  expect(onCreated).toHaveBeenCalledOnce();
  expect(post.mock.calls[0]?.[1]).toEqual({
    path: { workspace_id: "w1" },
    body: {
      name: "billing",
      requests_per_minute: 1000,
      tokens_per_minute: null,
      budget_nanousd_month: 12_500_000_000,
      allowed_aliases: ["gpt-4", "mine"],
      substitution: null,
      expires_at: null,
    },
  });
});

test("what can not be read is said at its field, and nothing is sent", async () => {
  const post = vi.spyOn(api, "post");
  render(<ApiKeyDialog onClose={() => {}} />);
  await fill({ "Budget a month": "a lot", "Requests a minute": "-5" });
  expect(screen.getByText("A key needs a name.")).toBeTruthy();
  expect(screen.getByText("An amount such as 25 or 0.50.")).toBeTruthy();
  expect(screen.getByText("A whole number, or nothing.")).toBeTruthy();
  expect(screen.getByLabelText("Name").getAttribute("aria-invalid")).toBe("true");
  expect(post).not.toHaveBeenCalled();
});

test("the server's sentence stands at the field that it names", async () => {
  const sentence = "There is a key of this name already.";
  vi.spyOn(api, "post").mockRejectedValue(new ApiError(sentence, 409, "name_taken", "name"));
  render(<ApiKeyDialog onClose={() => {}} />);
  await fill({ Name: "billing" });
  expect(await screen.findByText(sentence)).toBeTruthy();
  expect(screen.getByLabelText("Name").getAttribute("aria-invalid")).toBe("true");
});

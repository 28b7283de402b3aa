import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError, api } from "../../api/client";
import { ApiKeyDialog } from "./ApiKeyDialog";
import type { ApiKey } from "./ApiKeysPage";

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
  expect(screen.getByRole("figure").textContent).toBe(
    `export OPENAI_BASE_URL=${window.location.origin}/v1\nexport OPENAI_API_KEY=pk_secret`,
  );
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

const KEY = {
  id: "k1",
  name: "billing",
  budget_nanousd_month: 1_234_567_890,
  expires_at: "2026-12-01T04:30:00Z",
  requests_per_minute: null,
  tokens_per_minute: null,
  allowed_aliases: null,
  substitution: null,
} as unknown as ApiKey;

async function renamed(): Promise<unknown> {
  const patch = vi.spyOn(api, "patch").mockResolvedValue({ data: KEY } as never);
  render(<ApiKeyDialog apiKey={KEY} onClose={() => {}} />);
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Name"), "2");
  await user.click(screen.getByRole("button", { name: "Save" }));
  return patch.mock.calls[0]?.[1].body;
}

test("a new name changes neither the hour at which a key ends nor the last digits of its budget", async () => {
  expect(await renamed()).toEqual({ name: "billing2" });
});

test("the day on which a key ends is that of the viewer's zone, and every digit of its budget is shown", () => {
  const zone = process.env.TZ;
  process.env.TZ = "America/New_York";
  try {
    render(<ApiKeyDialog apiKey={KEY} onClose={() => {}} />);
    expect(screen.getByLabelText<HTMLInputElement>(/Expires on/).value).toBe("2026-11-30");
    expect(screen.getByLabelText<HTMLInputElement>(/Budget a month/).value).toBe("1.23456789");
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

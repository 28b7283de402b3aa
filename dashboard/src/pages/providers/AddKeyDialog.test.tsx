import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { api, type Schemas } from "../../api/client";
import { AddKeyDialog } from "./AddKeyDialog";
import { isWebAddress } from "./VendorFacts";

vi.mock("../../app/SessionContext", () => {
  const path = { workspace_id: "w1" };
  return { useWorkspacePath: () => path };
});

const vendor = (
  name: string,
  title: string,
  rest: Partial<Schemas["CatalogVendor"]> = {},
): Schemas["CatalogVendor"] => ({
  name,
  title,
  base_url: `https://${name}.example/v1`,
  base_url_example: null,
  secret: "required",
  secret_form: null,
  environment_variable: `${name.toUpperCase()}_API_KEY`,
  self_hosted: false,
  lists_models: true,
  models: 3,
  docs_url: "https://docs.example",
  allowed: true,
  ...rest,
});
const VENDORS = [
  vendor("openai", "OpenAI"),
  vendor("mistral", "Mistral", { allowed: false }),
  vendor("vllm", "vLLM", {
    base_url: null,
    base_url_example: "http://gpu:8000/v1",
    secret: "optional",
    self_hosted: true,
    models: 0,
    docs_url: "javascript:alert(1)",
  }),
];

const show = () => {
  vi.spyOn(api, "get").mockResolvedValue({ data: VENDORS } as never);
  const onAdded = vi.fn();
  render(<AddKeyDialog onClose={() => {}} onAdded={onAdded} />);
  return { user: userEvent.setup(), onAdded };
};

test("a provider that is not allowed is shown with the reason, and can not be chosen", async () => {
  show();
  const button = await screen.findByRole<HTMLButtonElement>("button", { name: /Mistral/ });
  expect(button.disabled).toBe(true);
  expect(button.textContent).toContain("Not among the providers that the workspace's settings allow.");
});

test("a test sends what was typed, shows the provider's sentence, and is forgotten once something changes", async () => {
  const { user } = show();
  const result = {
    ok: false,
    what: "models",
    message: "Incorrect API key provided.",
    status: 401,
    error: "status",
    model: null,
    models_found: null,
    duration_ms: 120,
  };
  const post = vi.spyOn(api, "post").mockResolvedValue({ data: result } as never);
  await user.click(await screen.findByRole("button", { name: /OpenAI/ }));
  await user.type(screen.getByLabelText("Key"), " sk-wrong ");
  await user.click(screen.getByRole("button", { name: "Test" }));
  expect((await screen.findByText(/Incorrect API key provided/)).textContent).toContain("(status 401, took 120 ms)");
  expect(post.mock.calls[0]?.[0]).toBe("/workspaces/{workspace_id}/providers/test");
  expect(post.mock.calls[0]?.[1]).toEqual({
    path: { workspace_id: "w1" },
    body: { vendor: "openai", secret: "sk-wrong", base_url: null, models: [] },
  });
  await user.type(screen.getByLabelText("Key"), "x");
  expect(screen.queryByText(/Incorrect API key provided/)).toBeNull();
});

test("a server of one's own is saved with its address and models", async () => {
  const { user, onAdded } = show();
  const saved = { id: "k1", vendor_title: "vLLM", label: "gpu" };
  const post = vi.spyOn(api, "post").mockResolvedValue({ data: saved } as never);
  await user.type(await screen.findByLabelText("Search providers"), "vllm");
  await user.click(screen.getByRole("button", { name: /vLLM/ }));
  expect(screen.queryByRole("link")).toBeNull();

  await user.click(screen.getByRole("button", { name: "Add key" }));
  expect(screen.getByText("vLLM needs a base URL.")).toBeTruthy();
  expect(post).not.toHaveBeenCalled();

  await user.type(screen.getByLabelText("Base URL"), "http://gpu:8000/v1");
  await user.type(screen.getByLabelText(/^Label/), "gpu");
  await user.click(screen.getByRole("button", { name: "Add a model" }));
  await user.type(screen.getByLabelText("Name at the provider, model 1"), "qwen-3");
  await user.click(screen.getByLabelText("default"));
  await user.click(screen.getByRole("button", { name: "Add key" }));
  expect(onAdded).toHaveBeenCalledExactlyOnceWith("k1");
  expect(post.mock.calls[0]?.[1]).toEqual({
    path: { workspace_id: "w1" },
    body: {
      vendor: "vllm",
      secret: "",
      base_url: "http://gpu:8000/v1",
      label: "gpu",
      models: [
        { id: "qwen-3", intent: null, tiers: ["default"], capabilities: null, context_tokens: null, price: null },
      ],
    },
  });
});

test("only addresses of pages become links", () => {
  expect(isWebAddress("https://docs.example")).toBe(true);
  expect(isWebAddress("javascript:alert(1)")).toBe(false);
  expect(isWebAddress("not an address")).toBe(false);
});

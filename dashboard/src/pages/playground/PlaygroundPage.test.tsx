import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api } from "../../api/client";
import { PlaygroundPage } from "./PlaygroundPage";

let actions: string[] = [];
vi.mock("../../app/SessionContext", () => {
  const path = { workspace_id: "w1" };
  return { useWorkspacePath: () => path, useSession: () => ({ can: (action: string) => actions.includes(action) }) };
});

const asked: { key: string | null; body: { messages: unknown[] } }[] = [];
let replies: string[][] = [];

beforeEach(() => {
  actions = ["api_keys:write"];
  asked.length = 0;
  sessionStorage.setItem("perpetuo.workspace", "w1");
  vi.stubGlobal("scrollTo", () => {});
  vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
    if (url === "/v1/models") return Response.json({ data: [] });
    const headers = new Headers(init?.headers);
    asked.push({ key: headers.get("authorization"), body: JSON.parse(String(init?.body)) });
    const [status = "200", ...chunks] = replies.shift() ?? [];
    const body = status === "200" ? chunks.map((chunk) => `data: ${chunk}\n\n`).join("") : chunks.join("");
    return new Response(body, { status: Number(status), headers: { "x-perpetuo-request-id": "r-1" } });
  });
});
afterEach(() => vi.unstubAllGlobals());

const delta = (what: object) => JSON.stringify({ choices: [{ index: 0, delta: what }] });
const CALL = { index: 0, id: "c1", function: { name: "weather", arguments: '{"city":"Oslo"}' } };

async function open() {
  render(
    <MemoryRouter>
      <PlaygroundPage />
    </MemoryRouter>,
  );
  const user = userEvent.setup();
  return { user, say: async (text: string) => user.type(screen.getByLabelText("Message"), `${text}{Enter}`) };
}

test("the first message makes a key that ends after an hour; a call is answered, and the model goes on with it", async () => {
  const post = vi.spyOn(api, "post").mockResolvedValue({ data: { key: "pk_made" } } as never);
  replies = [
    ["200", delta({ tool_calls: [CALL] }), "[DONE]"],
    ["200", delta({ content: "It rains." }), "[DONE]"],
  ];
  const { user, say } = await open();
  await say("Weather?");
  await user.type(await screen.findByLabelText("Result of weather"), "rain");
  await user.click(screen.getByRole("button", { name: "Send the results" }));

  expect(await screen.findByText("It rains.")).toBeTruthy();
  expect(post).toHaveBeenCalledOnce();
  const [[, options] = []] = post.mock.calls as unknown as [string, { body: { name: string; expires_at: string } }][];
  const { name, expires_at } = options?.body ?? { name: "", expires_at: "" };
  expect(name).toBe("Playground");
  expect(Date.parse(expires_at) - Date.now()).toBeLessThanOrEqual(3_600_000);
  expect(asked.map(({ key }) => key)).toEqual(["Bearer pk_made", "Bearer pk_made"]);
  expect(asked[1]?.body.messages.slice(1)).toEqual([
    { role: "assistant", content: null, tool_calls: [{ id: "c1", type: "function", function: CALL.function }] },
    { role: "tool", tool_call_id: "c1", content: "rain" },
  ]);
});

test("a refusal stands below the message in the gateway's words, and the key that was refused is forgotten", async () => {
  vi.spyOn(api, "post").mockResolvedValue({ data: { key: "pk_made" } } as never);
  replies = [["401", JSON.stringify({ error: { message: "The API key has expired.", code: "invalid_api_key" } })]];
  const { say } = await open();
  await say("Hi");
  expect(await screen.findByText("The API key has expired.")).toBeTruthy();
  expect(screen.getByText(/The first message makes an API key for this page/)).toBeTruthy();
});

test("what a model writes is text", async () => {
  vi.spyOn(api, "post").mockResolvedValue({ data: { key: "pk_made" } } as never);
  const hostile = "<img src=x onerror=alert(1)> [x](javascript:alert(1))";
  replies = [["200", delta({ content: hostile }), "[DONE]"]];
  const { say } = await open();
  await say("Hi");
  expect(await screen.findByText(hostile)).toBeTruthy();
  expect(document.querySelector("img, a[href^=javascript]")).toBeNull();
});

test("who may not make keys pastes one, and until then nothing is sent", async () => {
  actions = [];
  const { user } = await open();
  expect(screen.getByText("Paste an API key above first.")).toBeTruthy();
  await user.type(screen.getByLabelText("Message"), "Hi");
  expect((screen.getByRole("button", { name: "Send" }) as HTMLButtonElement).disabled).toBe(true);
  await user.type(screen.getByLabelText("API key"), "sk-wrong");
  await user.click(screen.getByRole("button", { name: "Use it" }));
  expect(screen.getByText("An API key is pk_ and 48 letters and digits.")).toBeTruthy();
});

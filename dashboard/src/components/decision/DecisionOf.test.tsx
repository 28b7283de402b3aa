import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, api } from "../../api/client";
import { DecisionOf } from "./DecisionOf";
import { logOf } from "./testLog";

const PATH = { workspace_id: "w" };
vi.mock("../../app/SessionContext", () => ({
  useSession: () => ({ can: () => false }),
  useWorkspacePath: () => PATH,
}));

const log = logOf();
/** How often it is searched for before it is there. */
function loggedAfter(searches: number) {
  let left = searches;
  return vi.spyOn(api, "get").mockImplementation((async (path: string) => {
    if (path.endsWith("{request_id}")) return { success: true, data: log };
    left -= 1;
    return { success: true, data: left < 0 ? [log] : [], next_cursor: null };
  }) as unknown as typeof api.get);
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test("waits for a request whose row is not written yet", async () => {
  const get = loggedAfter(2);
  render(<DecisionOf requestId={log.id} />);
  await pass(0);
  expect(screen.getByText("Loading")).toBeTruthy();
  await pass(1_500);
  expect(screen.getByTestId("decision-summary").textContent).toContain("openai/gpt-4o answered");
  expect(get).toHaveBeenCalledTimes(4);
});

test("says where it will be when it takes too long, and asks no more", async () => {
  const get = loggedAfter(1_000);
  render(<DecisionOf requestId={log.id} />);
  await pass(25_000);
  expect(screen.getByRole("status").textContent).toContain("not in the log yet");
  const asked = get.mock.calls.length;
  await pass(25_000);
  expect(get).toHaveBeenCalledTimes(asked);
});

test("says the server's sentence when the log can not be read", async () => {
  vi.spyOn(api, "get").mockRejectedValue(new ApiError("Your role does not allow this.", 403, "forbidden"));
  render(<DecisionOf requestId={log.id} />);
  await pass(0);
  expect(screen.getByRole("alert").textContent).toBe("Your role does not allow this.");
});

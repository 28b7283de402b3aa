import axios, { AxiosError, AxiosHeaders } from "axios";
import { beforeEach, expect, test, vi } from "vitest";
import {
  beginSession,
  currentWorkspaceId,
  endSession,
  forgetSession,
  keepToken,
  onSessionEnd,
  onWorkspaceLost,
  renewedToken,
  setCurrentWorkspaceId,
  tokenOf,
  usableToken,
  watchUser,
} from "./session";

const LATER = () => new Date(Date.now() + 900_000).toISOString();
const SOON = () => new Date(Date.now() + 5_000).toISOString();
const workspace = (id: string) => ({ id, name: id, role: "owner" as const, actions: [], suspended: false });
const tokenFor = (id: string, token = `token of ${id}`, token_expires_at = LATER()) => ({
  token,
  token_expires_at,
  workspace: workspace(id),
});
const signedIn = (user: string, id: string) => ({
  ...tokenFor(id, `${user} in ${id}`),
  user: { id: user, email: `${user}@example.com`, name: "", is_operator: false },
});
const refreshWith = (reply: ReturnType<typeof tokenFor>) =>
  vi.spyOn(axios, "post").mockImplementation(async () => ({ data: { data: reply } }));
const refusal = (status: number) => {
  const config = { headers: new AxiosHeaders() };
  const response = { status, data: {}, statusText: "", headers: {}, config };
  return vi.spyOn(axios, "post").mockRejectedValue(new AxiosError("refused", undefined, config, null, response));
};

beforeEach(() => setCurrentWorkspaceId("a"));

test("a token that holds is used without asking anybody", async () => {
  const refresh = refreshWith(tokenFor("a"));
  keepToken(tokenFor("a", "held"));
  expect(await usableToken("a")).toBe("held");
  expect(refresh).not.toHaveBeenCalled();
});

test("a token that ends soon is renewed before it is used, once for all who wait", async () => {
  vi.spyOn(Date, "now").mockReturnValue(Date.now() - 3_600_000);
  keepToken(tokenFor("a", "ends", new Date(Date.now() + 61_000).toISOString()));
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 50_000);
  const refresh = refreshWith(tokenFor("a", "new", new Date(Date.now() + 900_000).toISOString()));
  expect(await Promise.all([usableToken("a"), usableToken("a"), usableToken(null)])).toEqual(["new", "new", "new"]);
  expect(refresh).toHaveBeenCalledTimes(1);
});

test("a refused token is renewed although it looks fresh, and not again by whoever comes later", async () => {
  keepToken(tokenFor("a", "refused"));
  const refresh = refreshWith(tokenFor("a", "new"));
  expect(await renewedToken("a", "refused")).toBe("new");
  expect(await renewedToken("a", "refused")).toBe("new");
  expect(refresh).toHaveBeenCalledTimes(1);
});

test("a renewal that a page has left is waited for, and a mark that is old is not", async () => {
  const refresh = refreshWith(tokenFor("a", "new"));
  vi.useFakeTimers();
  localStorage.setItem("perpetuo.refreshing", String(Date.now() - 500));
  const renewed = renewedToken("a", null);
  await vi.advanceTimersByTimeAsync(900);
  expect(refresh).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  expect(await renewed).toBe("new");
  expect(localStorage.getItem("perpetuo.refreshing")).toBeNull();

  localStorage.setItem("perpetuo.refreshing", String(Date.now() - 60_000));
  expect(await renewedToken("a", "new")).toBe("new");
  expect(refresh).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});

test("where the viewer's clock is ahead, a new token is used all the same", async () => {
  const refresh = refreshWith(tokenFor("a", "new", new Date(Date.now() - 3_600_000).toISOString()));
  expect(await usableToken("a")).toBe("new");
  expect(await usableToken("a")).toBe("new");
  expect(refresh).toHaveBeenCalledTimes(1);
});

test("a 401 says that the session is over", async () => {
  refusal(401);
  expect(await renewedToken("a", null)).toBeNull();
});

test.each([403, 429, 500, 503])("a %i does not say that the session is over", async (status) => {
  refusal(status);
  await expect(renewedToken("a", null)).rejects.toThrow("refused");
});

test("no answer does not say that the session is over", async () => {
  keepToken(tokenFor("a", "ends", SOON()));
  vi.spyOn(axios, "post").mockRejectedValue(new AxiosError("Network Error", AxiosError.ERR_NETWORK));
  await expect(renewedToken("a", "ends")).rejects.toThrow("Network Error");
  expect(tokenOf("a")).toBe("ends");
});

test("a token for another workspace does not take the tab there", () => {
  keepToken(tokenFor("b"));
  expect(currentWorkspaceId()).toBe("a");
  expect(tokenOf("b")).toBe("token of b");
});

test("a workspace that one has left is told, and the tab goes where the server says", async () => {
  const lost = vi.fn();
  const stop = onWorkspaceLost(lost);
  keepToken(tokenFor("a", "old"));
  refreshWith(tokenFor("b"));
  expect(await renewedToken("a", "old")).toBe("token of b");
  expect(lost).toHaveBeenCalledTimes(1);
  expect(currentWorkspaceId()).toBe("b");
  expect(tokenOf("a")).toBeNull();
  stop();
});

test("the same person goes on in the workspace they were in", () => {
  beginSession(signedIn("ada", "a"));
  setCurrentWorkspaceId("b");
  endSession();
  expect(tokenOf(null)).toBeNull();
  beginSession(signedIn("ada", "a"));
  expect(currentWorkspaceId()).toBe("b");
});

test("somebody else finds nothing of whoever was here before", () => {
  beginSession(signedIn("ada", "a"));
  sessionStorage.setItem("perpetuo.playground-key", "pk_ada");
  endSession();
  sessionStorage.setItem("perpetuo.playground-key", "pk_ada");
  beginSession(signedIn("sam", "s"));
  expect(currentWorkspaceId()).toBe("s");
  expect(tokenOf("a")).toBeNull();
  expect(sessionStorage.getItem("perpetuo.playground-key")).toBeNull();
});

test("signing out leaves nothing", () => {
  beginSession(signedIn("ada", "a"));
  sessionStorage.setItem("perpetuo.playground-key", "pk_ada");
  forgetSession();
  expect(localStorage.length + sessionStorage.length).toBe(0);
});

test("another tab that signs out ends the session here too", () => {
  const told = vi.fn();
  const stop = onSessionEnd(told);
  sessionStorage.setItem("perpetuo.playground-key", "pk_ada");
  window.dispatchEvent(new StorageEvent("storage", { key: "perpetuo.tokens", newValue: "{}" }));
  expect(told).not.toHaveBeenCalled();
  window.dispatchEvent(new StorageEvent("storage", { key: "perpetuo.tokens", newValue: null }));
  expect(told).toHaveBeenCalledTimes(1);
  expect(sessionStorage.getItem("perpetuo.playground-key")).toBeNull();
  stop();
});

test("another tab that signs in as somebody else is told, and as the same person is not", () => {
  const told = vi.fn();
  const stop = watchUser("ada", told);
  window.dispatchEvent(new StorageEvent("storage", { key: "perpetuo.user", newValue: "ada" }));
  expect(told).not.toHaveBeenCalled();
  window.dispatchEvent(new StorageEvent("storage", { key: "perpetuo.user", newValue: "sam" }));
  expect(told).toHaveBeenCalledTimes(1);
  stop();
});

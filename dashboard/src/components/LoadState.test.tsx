import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { ApiError } from "../api/client";
import { LoadState } from "./LoadState";

const reload = () => {};

test("before the first answer: that it is loading", () => {
  render(<LoadState of={{ data: undefined, error: undefined, loading: true, reload }}>{() => "data"}</LoadState>);
  expect(screen.getByRole("status").textContent).toContain("Loading");
});

test("a failure is the server's sentence and a way to try again", () => {
  const error = new ApiError("The database does not answer.", 503, "database_unavailable");
  render(<LoadState of={{ data: undefined, error, loading: false, reload }}>{() => "data"}</LoadState>);
  expect(screen.getByRole("alert").textContent).toContain("The database does not answer.");
  expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
  expect(screen.queryByText("data")).toBeNull();
});

test("what was there stays visible under a failure, and is said to be old", () => {
  const error = new ApiError("The gateway can not be reached.", 0, "offline");
  render(<LoadState of={{ data: 7, error, loading: false, reload }}>{(data) => <p>seen {data}</p>}</LoadState>);
  expect(screen.getByRole("alert").textContent).toContain("out of date");
  expect(screen.getByText("seen 7")).toBeTruthy();
});

import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";

/** What React and the browser complain about fails the test. A test that expects it puts a spy of its own on it. */
let complaints: unknown[][] = [];

beforeEach(() => {
  complaints = [];
  for (const method of ["error", "warn"] as const) {
    vi.spyOn(console, method).mockImplementation((...what) => {
      complaints.push(what);
    });
  }
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  localStorage.clear();
  sessionStorage.clear();
  if (complaints.length > 0) {
    throw new Error(`the console was told: ${complaints.map((what) => what.map(String).join(" ")).join("\n")}`);
  }
});

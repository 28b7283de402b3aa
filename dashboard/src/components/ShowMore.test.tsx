import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { ApiError } from "../api/client";
import { ShowMore } from "./ShowMore";

test("a next page that could not be loaded says why, and can be asked for again", async () => {
  const loadMore = vi.fn();
  const moreError = new ApiError("The database is away.", 503, "x");
  render(<ShowMore of={{ hasMore: true, loadingMore: false, moreError, loadMore }} />);
  expect(screen.getByRole("alert").textContent).toContain("The database is away.");
  await userEvent.setup().click(screen.getByRole("button", { name: "Try again" }));
  expect(loadMore).toHaveBeenCalledOnce();
});

test("the last page has nothing below it", () => {
  const { container } = render(
    <ShowMore of={{ hasMore: false, loadingMore: false, moreError: undefined, loadMore: () => {} }} />,
  );
  expect(container.innerHTML).toBe("");
});

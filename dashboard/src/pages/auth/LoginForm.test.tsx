import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, api } from "../../api/client";
import { LoginForm } from "./LoginForm";

beforeEach(() => vi.useFakeTimers({ shouldAdvanceTime: true }));
afterEach(() => vi.useRealTimers());

async function logIn(onSignedIn = async () => {}) {
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  render(
    <MemoryRouter>
      <LoginForm onSignedIn={onSignedIn} />
    </MemoryRouter>,
  );
  await user.type(screen.getByLabelText("E-mail"), "ada@example.com");
  await user.type(screen.getByLabelText("Password"), " a long walk ");
  await user.click(screen.getByRole("button", { name: "Log in" }));
}

test("what was typed is sent as it is, and the reply handed on", async () => {
  const reply = { token: "t" };
  const post = vi.spyOn(api, "post").mockResolvedValue({ data: reply } as never);
  const onSignedIn = vi.fn(async () => {});
  await logIn(onSignedIn);
  expect(post).toHaveBeenCalledWith("/auth/login", { body: { email: "ada@example.com", password: " a long walk " } });
  expect(onSignedIn).toHaveBeenCalledWith(reply);
});

test("password managers find one form with the fields' names", async () => {
  render(
    <MemoryRouter>
      <LoginForm onSignedIn={async () => {}} />
    </MemoryRouter>,
  );
  const email = screen.getByLabelText("E-mail") as HTMLInputElement;
  const password = screen.getByLabelText("Password") as HTMLInputElement;
  expect(email.autocomplete).toBe("username");
  expect(password.autocomplete).toBe("current-password");
  expect(password.type).toBe("password");
  expect(email.form).toBe(password.form);
});

test("after too many attempts one sees the server's sentence, and may try again when its time is over", async () => {
  const refusal = new ApiError("Too many attempts: wait a moment and try again.", 429, "too_many_attempts", null, 3);
  vi.spyOn(api, "post").mockRejectedValue(refusal);
  await logIn();
  const button = screen.getByRole("button", { name: "Log in" }) as HTMLButtonElement;
  expect(screen.getByRole("alert").textContent).toMatch(/^Too many attempts: .* Again in 3 seconds\.$/);
  expect(button.disabled).toBe(true);
  await act(() => vi.advanceTimersByTimeAsync(2_000));
  expect(screen.getByRole("alert").textContent).toMatch(/Again in 1 second\.$/);
  await act(() => vi.advanceTimersByTimeAsync(1_500));
  expect(button.disabled).toBe(false);
});

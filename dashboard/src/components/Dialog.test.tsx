import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { ConfirmDialog, Dialog } from "./Dialog";

test("a dialog has its title as its name, and Escape closes it", () => {
  const close = vi.fn();
  render(
    <Dialog title="Rotate the key" onClose={close}>
      text
    </Dialog>,
  );
  const dialog = screen.getByRole("dialog", { name: "Rotate the key" });
  fireEvent(dialog, new Event("cancel", { cancelable: true }));
  expect(close).toHaveBeenCalledOnce();
});

test("what can not be undone wants its name typed first", async () => {
  const user = userEvent.setup();
  const confirm = vi.fn();
  render(
    <ConfirmDialog
      title="Delete?"
      confirm="Delete"
      typed="production"
      busy={false}
      error={undefined}
      onConfirm={confirm}
      onClose={() => {}}
    >
      Everything goes.
    </ConfirmDialog>,
  );
  const button = screen.getByRole("button", { name: "Delete" });
  expect((button as HTMLButtonElement).disabled).toBe(true);
  await user.type(screen.getByLabelText(/production/), "production");
  await user.click(button);
  expect(confirm).toHaveBeenCalledOnce();
});

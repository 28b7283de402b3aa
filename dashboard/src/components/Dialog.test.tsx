import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
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

function Deleting() {
  const [rows, setRows] = useState(["a"]);
  const [asking, setAsking] = useState(false);
  return (
    <main id="main" tabIndex={-1}>
      {rows.map((row) => (
        <button key={row} type="button" onClick={() => setAsking(true)}>
          Delete {row}
        </button>
      ))}
      {asking && (
        <Dialog title="Delete?" onClose={() => {}}>
          <button
            type="button"
            onClick={() => {
              setRows([]);
              setAsking(false);
            }}
          >
            Yes
          </button>
        </Dialog>
      )}
    </main>
  );
}

test("the focus goes to the page where the row that it came from is deleted", async () => {
  const user = userEvent.setup();
  render(<Deleting />);
  await user.click(screen.getByRole("button", { name: "Delete a" }));
  await user.click(screen.getByRole("button", { name: "Yes" }));
  expect(document.activeElement?.id).toBe("main");
});

function Steps() {
  const [made, setMade] = useState(false);
  return (
    <Dialog title={made ? "Your new key" : "Create a key"} onClose={() => {}}>
      {made ? (
        <p>pk_1</p>
      ) : (
        <button type="button" onClick={() => setMade(true)}>
          Create
        </button>
      )}
    </Dialog>
  );
}

test("the focus stays inside when a dialog goes on to its next step", async () => {
  const user = userEvent.setup();
  render(<Steps />);
  await user.click(screen.getByRole("button", { name: "Create" }));
  expect(screen.getByRole("dialog").contains(document.activeElement)).toBe(true);
});

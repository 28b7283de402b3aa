import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useReorder } from "./useReorder";

function Rows({ onOrder }: { onOrder(ids: string[]): void }) {
  const reorder = useReorder({
    ids: ["a", "b", "c"],
    nameOf: (id) => id.toUpperCase(),
    onOrder,
    // Rows of 10 px, as they stand.
    rowTops: () => reorder.ids.map((id, index) => ({ id, middle: index * 10 + 5 })),
  });
  return (
    <>
      {reorder.ids.map((id) => (
        <button key={id} type="button" {...reorder.gripProps(id)}>
          {id}
        </button>
      ))}
      <p role="status">{reorder.announcement}</p>
    </>
  );
}

const shown = () => screen.getAllByRole("button").map((button) => button.textContent);
const press = (id: string, ...keys: string[]) => {
  for (const key of keys) fireEvent.keyDown(screen.getByRole("button", { name: id }), { key });
};

test("Space picks up, the arrows move, Space drops, and it is told", () => {
  const onOrder = vi.fn();
  render(<Rows onOrder={onOrder} />);
  press("a", " ", "ArrowDown");
  expect(shown()).toEqual(["b", "a", "c"]);
  expect(screen.getByRole("status").textContent).toBe("A: at place 2 of 3.");
  expect(onOrder).not.toHaveBeenCalled();
  press("a", "ArrowDown", " ");
  expect(onOrder).toHaveBeenCalledExactlyOnceWith(["b", "c", "a"]);
  expect(screen.getByRole("status").textContent).toBe("A: dropped at place 3 of 3.");
});

test("Escape puts it back, and nothing is saved", () => {
  const onOrder = vi.fn();
  render(<Rows onOrder={onOrder} />);
  press("c", " ", "ArrowUp", "Escape");
  expect(shown()).toEqual(["a", "b", "c"]);
  expect(onOrder).not.toHaveBeenCalled();
  press("c", "ArrowUp");
  expect(shown()).toEqual(["a", "b", "c"]);
});

test("dropped where it was, nothing is saved", () => {
  const onOrder = vi.fn();
  render(<Rows onOrder={onOrder} />);
  press("b", " ", "ArrowUp", "ArrowDown", " ");
  expect(onOrder).not.toHaveBeenCalled();
});

test("a pointer drags it past the middle of others", () => {
  const onOrder = vi.fn();
  render(<Rows onOrder={onOrder} />);
  fireEvent.pointerDown(screen.getByRole("button", { name: "c" }), { button: 0 });
  fireEvent.pointerMove(window, { clientY: 12 });
  expect(shown()).toEqual(["a", "c", "b"]);
  fireEvent.pointerMove(window, { clientY: 2 });
  expect(shown()).toEqual(["c", "a", "b"]);
  fireEvent.pointerUp(window);
  expect(onOrder).toHaveBeenCalledExactlyOnceWith(["c", "a", "b"]);
});

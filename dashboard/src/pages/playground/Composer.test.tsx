import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import { Composer, type Draft } from "./Composer";

function Composing() {
  const [draft, setDraft] = useState<Draft>({ text: "", images: [] });
  return (
    <Composer
      draft={draft}
      isAsking={false}
      isPreparing={false}
      blocked={null}
      onChange={setDraft}
      onSend={() => {}}
      onStop={() => {}}
    />
  );
}

test("what is typed and dropped while an image is read stays", async () => {
  render(<Composing />);
  const choose = (name: string) =>
    fireEvent.change(screen.getByTestId("image-chooser"), {
      target: { files: [new File([name], `${name}.png`, { type: "image/png" })] },
    });
  choose("a");
  choose("b");
  fireEvent.change(screen.getByLabelText("Message"), { target: { value: "What is this?" } });
  await waitFor(() => expect(screen.getAllByRole("img")).toHaveLength(2));
  expect(screen.getByLabelText<HTMLTextAreaElement>("Message").value).toBe("What is this?");
});

import { describe, expect, test } from "vitest";
import { heldKey, holdKey } from "../../api/heldKey";
import { forgetSession } from "../../api/session";
import { NO_WISHES, type Turn, type UserTurn } from "./conversation";
import { keepColumns, keptColumns } from "./kept";
import { replayed } from "./replay";

const user = (text: string, images: string[] = []): UserTurn => ({
  kind: "user",
  id: text.slice(0, 1),
  text,
  images,
  lostImages: 0,
});
const column = (turns: Turn[]) => ({ id: "1", wishes: { ...NO_WISHES, model: "gpt-4" }, turns });

describe("a conversation is kept", () => {
  test("for its workspace only, without its images", () => {
    keepColumns("w1", [column([user("Hi", ["data:image/png;base64,AA"])])]);
    expect(keptColumns("w2")).toBeNull();
    const [kept] = keptColumns("w1") ?? [];
    expect(kept?.wishes.model).toBe("gpt-4");
    expect(kept?.turns).toEqual([{ ...user("Hi"), lostImages: 1 }]);
  });

  test("as far as it fits: the oldest messages go", () => {
    const long = "x".repeat(300_000);
    keepColumns("w1", [column([1, 2, 3, 4, 5].map((number) => user(`${number}${long}`)))]);
    const texts = keptColumns("w1")?.[0]?.turns.map((turn) => (turn as UserTurn).text[0]);
    expect(texts).toEqual(["3", "4", "5"]);
  });

  test("never longer than the session", () => {
    keepColumns("w1", [column([user("Hi")])]);
    holdKey("w1", "playground", { key: "pk_1", expiresAtMs: null, made: true });
    forgetSession();
    expect(keptColumns("w1")).toBeNull();
    expect(heldKey("w1", "playground")).toBeNull();
  });

  test("and what somebody else has put there is not taken", () => {
    for (const text of ["{", "[]", "[1,2,3]", '"x"']) {
      sessionStorage.setItem("perpetuo.playground.w1", text);
      expect(keptColumns("w1")).toBeNull();
    }
  });
});

test("a key that ends within a minute is not used any more", () => {
  holdKey("w1", "playground", { key: "pk_1", expiresAtMs: Date.now() + 30_000, made: true });
  expect(heldKey("w1", "playground")).toBeNull();
  holdKey("w1", "playground", { key: "pk_1", expiresAtMs: Date.now() + 120_000, made: true });
  expect(heldKey("w1", "playground")?.key).toBe("pk_1");
  expect(heldKey("w1", "first-steps")).toBeNull();
});

describe("a logged request", () => {
  test("is put back with all that the playground knows, and the rest is named", () => {
    const body = {
      model: "gpt-4",
      messages: [
        { role: "system", content: "Be short." },
        {
          role: "user",
          content: [
            { type: "text", text: "Hi" },
            { type: "image_url", image_url: { url: "data:," } },
          ],
        },
        { role: "assistant", content: null, tool_calls: [{ id: "c", function: { name: "f", arguments: "{}" } }] },
        { role: "tool", tool_call_id: "c", content: "wet" },
      ],
      max_completion_tokens: 9,
      stop: "END",
      user: "u-1",
      tools: [{ type: "function", function: { name: "f" } }],
    };
    const replay = replayed(JSON.stringify(body), "cheapest");
    expect(replay?.wishes).toMatchObject({ model: "gpt-4", system: "Be short.", maxTokens: "9", stop: "END" });
    expect(replay?.wishes.strategy).toBe("cheapest");
    expect(JSON.parse(replay?.wishes.tools ?? "")).toEqual(body.tools);
    expect(replay?.turns.map(({ kind }) => kind)).toEqual(["user", "answer", "tool"]);
    expect(replay?.turns[0]).toMatchObject({ text: "Hi", images: ["data:,"] });
    expect(replay?.leftOut).toEqual(["user"]);
  });

  test.each(["", "{", "[]", '{"input": "x", "model": "e"}', '{"model": 1, "messages": []}'])(
    "%j is no chat request",
    (text) => expect(replayed(text, null)).toBeNull(),
  );

  test("of any shape does no harm", () => {
    const messages = [
      null,
      1,
      { role: "user" },
      { role: "assistant", content: 3, tool_calls: [null, {}] },
      { role: "x" },
    ];
    expect(replayed(JSON.stringify({ model: "m", messages }), "no-such")?.turns).toHaveLength(2);
  });
});

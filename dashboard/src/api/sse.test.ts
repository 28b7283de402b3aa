import { describe, expect, test } from "vitest";
import { type ServerEvent, SseTooLarge, sseDecoder } from "./sse";

const bytes = (text: string) => new TextEncoder().encode(text);

function decoded(...parts: Uint8Array[]): ServerEvent[] {
  const decoder = sseDecoder();
  return parts.flatMap((part) => decoder.feed(part));
}

const message = (data: string) => ({ event: "message", data });

describe("what a stream says", () => {
  const cases: Record<string, [string, ServerEvent[]]> = {
    "one event": ["data: a\n\n", [message("a")]],
    "lines end with CRLF": ["data: a\r\n\r\ndata: b\r\n\r\n", [message("a"), message("b")]],
    "data of several lines that end with CRLF": ["data: a\r\ndata: b\r\n\r\n", [message("a\nb")]],
    "lines end with CR": ["data: a\r\rdata: b\r\r", [message("a"), message("b")]],
    "data of several lines": ["data: a\ndata:\ndata: b\n\n", [message("a\n\nb")]],
    "one space after the colon goes, not two": ["data:  a\n\ndata:b\n\n", [message(" a"), message("b")]],
    "comments keep the connection alive and say nothing": [": ping\n\n:\n\ndata: a\n: x\n\n", [message("a")]],
    "an event has a name": ["event: error\ndata: a\n\ndata: b\n\n", [{ event: "error", data: "a" }, message("b")]],
    "an event without data is none": ["event: x\n\nid: 1\n\n", []],
    "U+2028 and U+0085 end no line": ['data: {"a":"\u2028\u0085"}\n\n', [message('{"a":"\u2028\u0085"}')]],
    "a byte order mark is no part of it": ["\ufeffdata: a\n\n", [message("a")]],
    "what no blank line ends is no event": ["data: a\n\ndata: b\n", [message("a")]],
  };

  test.each(Object.entries(cases))("%s", (_, [stream, events]) => {
    expect(decoded(bytes(stream))).toEqual(events);
  });

  test.each(Object.entries(cases))("%s, wherever the bytes are cut", (_, [stream, events]) => {
    const whole = bytes(stream);
    for (let cut = 0; cut <= whole.length; cut++) {
      expect(decoded(whole.slice(0, cut), whole.slice(cut))).toEqual(events);
    }
    expect(decoded(...Array.from(whole, (byte) => Uint8Array.of(byte)))).toEqual(events);
  });
});

test("an event that was cut off is known as such", () => {
  const decoder = sseDecoder();
  decoder.feed(bytes("data: a\n\n"));
  expect(decoder.isCut()).toBe(false);
  decoder.feed(bytes("dat"));
  expect(decoder.isCut()).toBe(true);
});

test("an event that never ends is not held for ever", () => {
  const decoder = sseDecoder();
  const lump = new Uint8Array(1024 * 1024).fill(97);
  expect(() => {
    for (let count = 0; count < 17; count++) decoder.feed(lump);
  }).toThrow(SseTooLarge);
});

/** An event of a stream, as the HTML standard cuts it. `event` is "message" where the sender names none. */
export interface ServerEvent {
  event: string;
  data: string;
}

export interface SseDecoder {
  /** The events that these bytes complete; bytes may be cut anywhere. Throws SseTooLarge. */
  feed(bytes: Uint8Array): ServerEvent[];
  /** Whether something was begun that no blank line has ended: an event that was cut off. */
  isCut(): boolean;
}

export class SseTooLarge extends Error {}

/** What is held of one event that has not ended. */
const MAX_EVENT_CHARS = 16 * 1024 * 1024;

/**
 * Bytes in, events out; no I/O.
 *
 * Lines end with LF, CRLF or CR and with nothing else: U+2028 is a character like any other, and legal inside of JSON.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream (read 2026-11-25)
 */
export function sseDecoder(): SseDecoder {
  // Also takes away a byte order mark at the beginning.
  const text = new TextDecoder("utf-8");
  let rest = "";
  let afterCr = false;
  let event = "";
  let data: string[] = [];
  let heldChars = 0;

  function onLine(line: string, done: ServerEvent[]): void {
    if (line === "") {
      // Without data there is no event, whatever its name.
      if (data.length > 0) done.push({ event: event || "message", data: data.join("\n") });
      event = "";
      data = [];
      heldChars = 0;
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "event") event = value;
    if (name === "data") {
      data.push(value);
      heldChars += value.length;
    }
  }

  return {
    feed(bytes) {
      const done: ServerEvent[] = [];
      let fresh = text.decode(bytes, { stream: true });
      if (afterCr && fresh !== "") {
        if (fresh.startsWith("\n")) fresh = fresh.slice(1);
        afterCr = false;
      }
      // Only what is new is searched: `rest` has no end of a line.
      let start = 0;
      for (const end of fresh.matchAll(/\r\n|\r|\n/g)) {
        onLine(rest + fresh.slice(start, end.index), done);
        rest = "";
        start = end.index + end[0].length;
      }
      if (start === fresh.length && fresh.endsWith("\r")) afterCr = true;
      rest += fresh.slice(start);
      if (rest.length + heldChars > MAX_EVENT_CHARS) throw new SseTooLarge();
      return done;
    },
    isCut: () => rest !== "" || data.length > 0,
  };
}

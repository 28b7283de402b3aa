export interface JsonMistake {
  /** From 1 */
  line: number;
  column: number;
  what: string;
}

/** Deeper documents are not read: whoever reads them would overflow. */
const MAX_DEPTH = 100;

/**
 * Where a text stops being JSON, and why; null when it is JSON.
 *
 * Browsers say where only sometimes, and each in its own words. Source: RFC 8259.
 */
export function jsonMistake(text: string): JsonMistake | null {
  const scanner = new Scanner(text);
  try {
    scanner.value(0);
    scanner.space();
    if (scanner.at < text.length) scanner.fail("nothing may follow here");
    return null;
  } catch (failure) {
    if (!(failure instanceof Mistake)) throw failure;
    const before = text.slice(0, failure.at);
    return { line: before.split("\n").length, column: failure.at - before.lastIndexOf("\n"), what: failure.message };
  }
}

class Mistake extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

class Scanner {
  at = 0;

  constructor(private readonly text: string) {}

  fail(what: string): never {
    throw new Mistake(this.at >= this.text.length ? `it ends too early: ${what}` : what, this.at);
  }

  space(): void {
    this.match(/[ \t\n\r]*/y);
  }

  value(depth: number): void {
    if (depth > MAX_DEPTH) this.fail(`nested more than ${MAX_DEPTH} deep`);
    this.space();
    const first = this.text[this.at];
    if (first === "{") this.members(depth);
    else if (first === "[") this.elements(depth);
    else if (first === '"') this.string();
    else if (!this.match(/-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y) && !this.match(/true|false|null/y)) {
      this.fail(first === "'" ? 'strings are written in "double quotes"' : "a value is expected");
    }
  }

  private members(depth: number): void {
    this.at += 1;
    this.space();
    if (this.take("}")) return;
    while (true) {
      this.space();
      if (this.text[this.at] !== '"') this.fail('a name in "double quotes" is expected');
      this.string();
      this.space();
      if (!this.take(":")) this.fail("a colon is expected");
      this.value(depth + 1);
      this.space();
      if (this.take("}")) return;
      if (!this.take(",")) this.fail("a comma or } is expected");
    }
  }

  private elements(depth: number): void {
    this.at += 1;
    this.space();
    if (this.take("]")) return;
    while (true) {
      this.value(depth + 1);
      this.space();
      if (this.take("]")) return;
      if (!this.take(",")) this.fail("a comma or ] is expected");
    }
  }

  private string(): void {
    this.at += 1;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what JSON forbids in strings
    this.match(/(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*/y);
    if (!this.take('"')) this.fail("the string does not end on its line, or has a wrong escape");
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  /** pattern: sticky */
  private match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return false;
    this.at += found[0].length;
    return found[0].length > 0;
  }
}

/** One server-sent event, with the id that holds for it. */
export interface ReadEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** Reads server-sent events from pieces of text that are cut anywhere; the last id stays in force. */
export class EventTextReader {
  #text = "";
  #id: string;

  constructor(lastId: string) {
    this.#id = lastId;
  }

  take(text: string): readonly ReadEvent[] {
    this.#text += text;
    const blocks = this.#text.split("\n\n");
    this.#text = blocks.pop() ?? "";
    return blocks.flatMap((block) => this.#read(block));
  }

  #read(block: string): readonly ReadEvent[] {
    const fields = new Map<string, string>();
    for (const line of block.split("\n")) {
      const colon = line.indexOf(": ");
      if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2));
    }
    this.#id = fields.get("id") ?? this.#id;
    const data = fields.get("data");
    if (data === undefined) return [];
    return [{ event: fields.get("event") ?? "message", id: this.#id, data }];
  }
}

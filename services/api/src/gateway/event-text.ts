/** One server-sent event. `data` holds no line end. */
export function eventText(event: string, data: string, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
}

/** Says that the connection is there; every client passes over it. */
export const KEEP_ALIVE_TEXT = ": here\n\n";

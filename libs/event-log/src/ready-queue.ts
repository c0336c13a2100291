/** After so many records a turn ends and the event loop gets its chance. */
const TURN_RECORDS_MAX = 4_000;
const TURN_READERS_MAX = 256;

/** Something that can be read from; `turn` delivers one batch and answers with its records. */
export interface Ready {
  turn(): number;
}

/**
 * Who has something to deliver, first come, first served, one batch each before anybody's second,
 * in turns of the event loop that are bounded. Idle readers are not in it and cost nothing.
 */
export class ReadyQueue {
  #waiting: Ready[] = [];
  #isScheduled = false;

  add(ready: Ready): void {
    this.#waiting.push(ready);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    this.#isScheduled = false;
    const readers = this.#waiting;
    this.#waiting = [];
    let records = 0;
    let done = 0;
    while (done < readers.length && done < TURN_READERS_MAX && records < TURN_RECORDS_MAX) {
      records += readers[done]?.turn() ?? 0;
      done += 1;
    }
    // Those left over go before those who came back during this turn.
    if (done < readers.length) this.#waiting = [...readers.slice(done), ...this.#waiting];
    if (this.#waiting.length > 0) this.#schedule();
  }
}

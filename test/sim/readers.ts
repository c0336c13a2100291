import { integerBelow, type Random } from "@titan/event-log/testing";
import { RULES, type InputPartition, type Rules } from "@titan/processor-runtime";
import { allInputs } from "./all-inputs.ts";
import { Observer } from "./observer.ts";
import { D, H, type SimWorld } from "./sim-world.ts";

const START_CHANCE = 0.2;
const SLICE = /^titan\.(host|deployment)\./;

/** Readers that start at any time, and those that look whether everything can be used in the end. */
export class Readers {
  readonly #world: SimWorld;
  readonly #random: Random;
  #observers: Observer[] = [];
  #believed = 0;

  constructor(world: SimWorld) {
    this.#world = world;
    this.#random = world.random("readers");
  }

  /** How many readers believed a cut. */
  get believed(): number {
    return this.#believed + this.#observers.filter(({ believed }) => believed > 0).length;
  }

  disturb(): void {
    if (this.#random() >= START_CHANCE) return;
    this.#observe(this.#someInputs(), this.#world.options.rules, true);
  }

  stop(): void {
    this.#believed = this.believed;
    for (const observer of this.#observers) observer.stop();
    this.#observers = [];
  }

  /** A new reader is at the last revision everywhere, and what it holds is the truth. */
  async expectUsable(when: string): Promise<void> {
    const { truth, scheduler, log } = this.#world;
    const last = truth.commits().length;
    const topics = await scheduler.settle(log.topics());
    const slices = topics
      .filter(({ name }) => SLICE.test(name))
      .map(({ name }): InputPartition => ({ topic: name, partition: 0, cuts: "marks" }));
    const looks = (inputs: readonly InputPartition[]) =>
      inputs.map((input) => ({ input, observer: this.#observe([input], RULES, false) }));
    const all = looks(allInputs({ H, D }));
    const sliced = looks(slices);
    await scheduler.runUntilQuiet();
    for (const { input, observer } of all) {
      if (observer.believed === last) continue;
      const { topic, partition } = input;
      this.#world.violation(
        `${when}, a new reader is at ${observer.believed} of ${last} in ${topic} ${partition}`,
      );
    }
    for (const { input, observer } of sliced) {
      if (observer.believed > 0) observer.compareWith(last);
      else this.#world.violation(`${when}, no new reader can use ${input.topic}`);
    }
    this.stop();
  }

  #observe(
    inputs: readonly InputPartition[],
    rules: Rules = RULES,
    mayStandStill: boolean,
  ): Observer {
    const { log, truth, trace } = this.#world;
    const client = log.client(`observer ${this.#world.nextId()}`);
    const report = (text: string): void => this.#world.violation(text);
    const believes = (revision: number): void => trace.add(`${client.name} believes ${revision}`);
    const observer = new Observer({ log: client, inputs, truth, report, believes, rules });
    observer.run().catch((error: unknown) => report(`observer: ${String(error)}`));
    if (mayStandStill && this.#world.faults.strikes("pause")) this.#world.standStill(client);
    this.#observers.push(observer);
    return observer;
  }

  #someInputs(): readonly InputPartition[] {
    const all = allInputs({ H, D });
    const first = integerBelow(this.#random, all.length);
    return [first, first + 1, first + 3].flatMap((at) => all[at % all.length] ?? []);
  }
}

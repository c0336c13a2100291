import type { Statement } from "./statement.ts";

/** Statements above the own cut: to be judged when the cut reaches them. */
export class Ahead {
  #statements: Statement[] | undefined;

  push(statement: Statement): void {
    (this.#statements ??= []).push(statement);
  }

  /** The lowest label, if there is any. */
  get lowest(): number | undefined {
    if (this.#statements === undefined) return undefined;
    return Math.min(...this.#statements.map(({ revision }) => revision));
  }

  /** Takes out those that the cut has reached. */
  takeTo(cut: number): readonly Statement[] {
    const statements = this.#statements ?? [];
    const later = statements.filter(({ revision }) => revision > cut);
    this.#statements = later.length > 0 ? later : undefined;
    return statements.filter(({ revision }) => revision <= cut);
  }
}

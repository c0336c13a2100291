import type { Event, World } from "@titan/domain";

/** What a change would mean for one host and deployment. */
export interface Effect {
  readonly host: string;
  readonly deployment: string;
  readonly effect: "gain" | "lose" | "change";
}

export function effectsOf(_world: World, _events: readonly Event[]): readonly Effect[] {
  return [];
}

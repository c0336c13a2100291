import { taskCount, taskName, viewTask } from "../run-view.ts";
import type { View } from "../view.ts";
import type { Service } from "./run-service.ts";
import { readConfig } from "./config.ts";
import { SERVICE_FIELDS, type ServiceConfig } from "./service-config.ts";
import { environmentOf, type SharedWork, type ServiceContext } from "./work.ts";

/** The tasks of a view, as work that processes share. */
export function viewWork<State, Value>(
  view: View<State, Value>,
  context: ServiceContext,
): SharedWork {
  return {
    group: view.name,
    count: taskCount(view, context.installation),
    make(at) {
      const task = viewTask(view, at, environmentOf(context, view));
      return {
        name: taskName(view, at, context.installation),
        run: () => task.run(),
        stop: () => task.stop(),
      };
    },
  };
}

/** A service that does nothing but run views whose output is on the log. */
export function viewService(
  name: string,
  work: (context: ServiceContext) => readonly SharedWork[],
): Service<ServiceConfig> {
  return {
    name,
    readConfig: (environment) => readConfig<ServiceConfig>(environment, SERVICE_FIELDS),
    work,
  };
}

import { taskCount, taskName, viewTask } from "../run-view.ts";
import type { View } from "../view.ts";
import type { Service } from "./run-service.ts";
import { readConfig } from "./config.ts";
import { SERVICE_FIELDS, snapshots, type ServiceConfig } from "./service-config.ts";
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

/** A service that does nothing but run a view whose output is on the log, under the view's name. */
export function viewService<State, Value>(view: View<State, Value>): Service<ServiceConfig> {
  const fields = view.keepIn === undefined ? SERVICE_FIELDS : { ...SERVICE_FIELDS, snapshots };
  return {
    name: view.name,
    readConfig: (environment) => readConfig<ServiceConfig>(environment, fields),
    work: (context) => [viewWork(view, context)],
  };
}

import {
  viewWork,
  type LayoutConfig,
  type ServiceContext,
  type SharedWork,
} from "@titan/processor-runtime/service";
import { deploymentSlices } from "./deployment-slices-view.ts";
import { hostSlices } from "./host-slices-view.ts";
import { TopicJanitor } from "./topic-janitor.ts";

export const STREAM_FORWARDER = "stream-forwarder";
const JANITOR = `${STREAM_FORWARDER}-janitor`;

/** The forwarder as work that processes share. In the sharded layout it has none. */
export function forwarderWork(
  context: ServiceContext,
  { layout }: Pick<LayoutConfig, "layout">,
): readonly SharedWork[] {
  if (layout === "sharded") return [];
  return [viewWork(hostSlices, context), viewWork(deploymentSlices, context), janitorWork(context)];
}

/** One process at a time looks for topics that nobody needs any more. */
function janitorWork({ log, clock, installation, logger }: ServiceContext): SharedWork {
  return {
    group: JANITOR,
    count: 1,
    make() {
      const onRemoved = (topics: readonly string[]): void =>
        logger.info({ topics }, "removed the topics of what was deleted before the audit window");
      const janitor = new TopicJanitor({ log, clock, counts: installation, onRemoved });
      return { name: JANITOR, run: () => janitor.run(), stop: () => janitor.stop() };
    },
  };
}

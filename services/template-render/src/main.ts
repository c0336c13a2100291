import { runService, viewService, viewWork } from "@titan/processor-runtime/service";
import { templateRender } from "./template-render-view.ts";

await runService(viewService("template-render", (context) => [viewWork(templateRender, context)]));

import { runService, viewService } from "@titan/processor-runtime/service";
import { templateRender } from "./template-render-view.ts";

await runService(viewService(templateRender));

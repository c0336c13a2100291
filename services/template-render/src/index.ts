export { templateRender } from "./template-render-view.ts";

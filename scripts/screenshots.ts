/** `npm run screenshots`: the pictures of docs/images, from the real editor and page. */
import path from "node:path";
import { buildPackage } from "./build.ts";
import { screenshotFlow } from "./screenshot-flow.ts";
import { screenshotOperator } from "./screenshot-operator.ts";

const folder = path.resolve(import.meta.dirname, "..", "docs", "images");
await buildPackage();
const flow = path.join(folder, "example-flow.png");
await screenshotFlow(flow);
for (const file of [flow, ...(await screenshotOperator(folder))]) console.log(file);

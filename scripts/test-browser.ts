/** `npm run test:browser`: the editor in a real Chromium, on Node-RED 4.1 and 5. */
import { buildPackage } from "./build.ts";
import { runMocha } from "./run-mocha.ts";

await buildPackage();
const files = process.argv.slice(2);
process.exit(runMocha(files.length > 0 ? files : ["test/browser/**/*.browser.ts"]));

/** `npm test`: types, lint, build, then every test that needs only Node. */
import { buildPackage } from "./build.ts";
import { check } from "./check.ts";
import { runMocha } from "./run-mocha.ts";

const files = process.argv.slice(2);
if (files.length === 0 && !check()) process.exit(1);
await buildPackage();
process.exit(runMocha(files.length > 0 ? files : ["test/**/*.test.ts"]));

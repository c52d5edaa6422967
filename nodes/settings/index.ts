/** What nodes are set to: by which version, and from where. Neither the editor nor the runtime is known here. */
export { type Field, fields, type Kind, type When } from "./fields.ts";
export {
  type Reading,
  readAs,
  type Source,
  type SourceProblem,
  type SourceType,
  sourceName,
  sourceProblems,
  sourcesOf,
  typesFor,
} from "./sources.ts";
export { type Change, CONFIG_VERSION, type Migrated, migrate, type Settings } from "./versions.ts";

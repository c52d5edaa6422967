import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

/** Puts the packed package into a user directory, as npm would unpack it; its dependencies are this checkout's. */
export function installPacked(userDir: string): void {
  const modules = path.join(userDir, "node_modules");
  const home = path.join(modules, "@holdfast", "node-red-shopify-odoo");
  mkdirSync(home, { recursive: true });
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", userDir], { cwd: root });
  const tarball = readdirSync(userDir).find((name) => name.endsWith(".tgz"))!;
  execFileSync("tar", ["-xzf", path.join(userDir, tarball), "--strip-components=1", "-C", home]);
  const { dependencies } = JSON.parse(readFileSync(path.join(home, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies))
    symlinkSync(path.join(root, "node_modules", name), path.join(modules, name), "junction");
}

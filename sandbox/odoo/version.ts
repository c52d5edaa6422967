/** [19, 0, 0, "final", 0, ""], as Odoo numbers itself. */
const info = (major: number) => [major, 0, 0, "final", 0, ""];

/** GET /web/version, in 19 and later (addons/rpc/controllers/__init__.py). */
export const webVersion = (major: number): object => ({ version_info: info(major), version: `${major}.0` });

/** The answer of common.version and of /web/webclient/version_info. */
export const xmlVersion = (major: number): object => ({
  server_version: `${major}.0`,
  server_version_info: info(major),
  server_serie: `${major}.0`,
  protocol_version: 1,
});

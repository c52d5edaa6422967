/** "gid://shopify/Order/42" (https://shopify.dev/docs/api/usage/gids). */
export function gid(type: string, id: string | bigint | number): string {
  return `gid://shopify/${type}/${id}`;
}

/** The digits of a GID of this type; undefined for anything else. */
export function idIn(value: string, type: string): string | undefined {
  const [, kind, digits] = /^gid:\/\/shopify\/(\w+)\/(\d+)(?:\?.*)?$/.exec(value) ?? [];
  return kind === type ? digits : undefined;
}

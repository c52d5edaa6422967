/**
 * Where Shopify reaches a receiver. Null when `publicUrl` is no web address.
 * @param publicUrl "https://hooks.example.com", to which root and path are added; with a path of its own, as behind a
 * proxy that changes paths, it is the whole address.
 * @param root Node-RED's `httpNodeRoot`: "/", "/api/".
 * @param path the receiver's: "/shopify/webhooks".
 */
export function webhookAddress(publicUrl: string, root: string, path: string): string | null {
  const url = URL.parse(publicUrl.trim());
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  if (url.pathname !== "/") return url.href;
  return url.origin + `/${root}/${path}`.replace(/\/{2,}/g, "/");
}

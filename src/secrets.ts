/** Replaces every secret by dots, and whatever follows "bearer". */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text.replace(/(bearer\s+)\S+/gi, "$1•••");
  for (const secret of secrets) if (secret !== "") clean = clean.replaceAll(secret, "•••");
  return clean;
}

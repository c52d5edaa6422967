import { execFileSync } from "node:child_process";
import path from "node:path";

export interface Certificate {
  /** Files in PEM. It signed itself, so the certificate is its own authority. */
  cert: string;
  key: string;
}

/** A certificate for a server on the loopback, made anew: no key lies in this repository. */
export function makeCertificate(folder: string): Certificate {
  const [cert, key] = [path.join(folder, "cert.pem"), path.join(folder, "key.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "2"];
  const names = ["-subj", "/CN=holdfast test", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", ...curve, ...names, "-keyout", key, "-out", cert], {
    stdio: "ignore",
  });
  return { cert, key };
}

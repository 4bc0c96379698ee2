import { type EngineName, traitsOf } from "../../schemas/engines.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that every program may need and that hold no secrets. A name may end in `*`. */
const basic = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "TERM", "COLORTERM", "NO_COLOR", "LANG", "LANGUAGE"],
  ...["LC_*", "TZ", "TMPDIR", "XDG_*", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"],
  ...["http_proxy", "https_proxy", "no_proxy", "all_proxy"],
];

const secret = /(^|_)(KEY|APIKEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|PAT|DSN)(_|$)/i;

const looksSecret = (name: string): boolean => secret.test(name);

/**
 * Selects the variables that an engine gets. With an allow-list: the basic variables, the engine's own, and those on
 * the list, where `*` means every variable that does not look like a secret. Without one: everything for an engine that
 * runs the user's own programs, else as if the list were `*`.
 */
export function environmentFor(
  engine: EngineName,
  allowed: readonly string[] | undefined,
  environment: Environment,
): Record<string, string> {
  const own = traitsOf(engine).environment;
  if (allowed === undefined && own === "all") return defined(environment);
  const list = allowed ?? ["*"];
  const named = [...basic, ...(own === "all" ? [] : own), ...list.filter((pattern) => pattern !== "*")];
  const passes = (name: string): boolean =>
    named.some((pattern) => matches(name, pattern)) || (list.includes("*") && !looksSecret(name));
  return defined(environment, passes);
}

/** A hint on how to give an engine a variable that it does not get by default. */
export const allowHint = (engine: EngineName, name: string): string =>
  `engines.${engine}.env: ["*", ${name}] in interserve.config.yaml lets it through`;

const defined = (
  environment: Environment,
  passes = (_name: string): boolean => true,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && passes(entry[0]),
    ),
  );

const matches = (name: string, pattern: string): boolean =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

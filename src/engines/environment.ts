import type { EngineName } from "../../schemas/manifest.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What every program may need, and nobody keeps a secret in. A name may end in `*`. */
const basic = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "TERM", "COLORTERM", "NO_COLOR", "LANG", "LANGUAGE"],
  ...["LC_*", "TZ", "TMPDIR", "XDG_*", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"],
  ...["http_proxy", "https_proxy", "no_proxy", "all_proxy"],
];

/** What belongs to an agent: how it signs in, where its models are. No other agent gets what looks like a secret of it. */
const own: Readonly<Partial<Record<EngineName, readonly string[]>>> = {
  codex: ["CODEX_*", "OPENAI_*"],
  claude: ["ANTHROPIC_*", "CLAUDE_*", "DISABLE_*", "API_TIMEOUT_MS", "AWS_*", "GOOGLE_*", "CLOUD_ML_REGION"],
};

const secret = /(^|_)(KEY|APIKEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|PAT|DSN)(_|$)/i;

const looksSecret = (name: string): boolean => secret.test(name);

/**
 * The part of our environment that an engine gets. With an allow-list: the basic variables, its own, and those on the
 * list, on which `*` stands for all that do not look like a secret. Without one an agent gets these; `command` and
 * `dispatch` run programs of the user's own, with the user's environment.
 */
export function environmentFor(
  engine: EngineName,
  allowed: readonly string[] | undefined,
  environment: Environment,
): Record<string, string> {
  const agent = own[engine];
  if (allowed === undefined && agent === undefined) return defined(environment);
  const list = allowed ?? ["*"];
  const named = [...basic, ...(agent ?? []), ...list.filter((pattern) => pattern !== "*")];
  const passes = (name: string): boolean =>
    named.some((pattern) => fits(name, pattern)) || (list.includes("*") && !looksSecret(name));
  return defined(environment, passes);
}

/** The hint for who misses a variable: how it gets past the list. */
export const lettingThrough = (engine: EngineName, name: string): string =>
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

const fits = (name: string, pattern: string): boolean =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

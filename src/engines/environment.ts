import { type EngineName, type EnvironmentPolicy, traitsOf } from "../../schemas/engines.ts";
import { holdsPassword, looksSecret } from "./secrets.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What the configuration says of an engine's environment: a policy, or a list of names. */
export type EnvironmentSetting = EnvironmentPolicy | readonly string[] | undefined;

/** Variables that every program may need and that hold no secrets. */
const basic = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "TERM", "COLORTERM", "NO_COLOR", "LANG", "LANGUAGE"],
  ...["LC_*", "TZ", "TMPDIR", "XDG_*", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"],
];

/** Whether a variable is one that every program may need. */
export const isBasic = (name: string): boolean => isAmong(basic, name);

/** Selects the variables that an engine gets, as its setting says. */
export function environmentFor(
  engine: EngineName,
  setting: EnvironmentSetting,
  environment: Environment,
): Record<string, string> {
  const policy = policyFor(engine, setting);
  const selected = Object.entries(environment).filter(
    (entry): entry is Pair => entry[1] !== undefined && passes(policy, ...(entry as Pair)),
  );
  return withWholeGitConfig(Object.fromEntries(selected));
}

type Pair = [name: string, value: string];

/** A setting in its full form. `everything` is the default of engines that run the user's own programs. */
interface Policy extends Omit<EnvironmentPolicy, "inherit"> {
  readonly inherit: NonNullable<EnvironmentPolicy["inherit"]> | "everything";
  /** Names of the engine's own variables. */
  readonly own: readonly string[];
}

function policyFor(engine: EngineName, setting: EnvironmentSetting): Policy {
  const { environment } = traitsOf(engine);
  const own = environment === "all" ? [] : environment;
  if (setting && isList(setting)) {
    const include = setting.filter((name) => name !== "*");
    return { inherit: setting.length > include.length ? "all" : "core", include, exclude: [], own };
  }
  const inherit = setting?.inherit ?? (environment === "all" ? "everything" : "all");
  return { inherit, include: setting?.include ?? [], exclude: setting?.exclude ?? [], own };
}

const isList = (setting: EnvironmentPolicy | readonly string[]): setting is readonly string[] =>
  Array.isArray(setting);

/** An engine's own variables may be secrets, such as its key; the others only if they are included by name. */
function passes({ inherit, include, exclude, own }: Policy, name: string, value: string): boolean {
  if (isAmong(exclude, name)) return false;
  if (inherit === "everything" || isAmong(include, name)) return true;
  if (inherit === "none") return false;
  if (isAmong(own, name)) return true;
  return (inherit === "all" || isBasic(name)) && !looksSecret(name) && !holdsPassword(value);
}

/**
 * Whether an engine gets no variable by one setting that it would not get by another, whatever the environment. Patterns
 * are compared by their text, so the answer may be no where it is yes, but never the reverse.
 */
export function isWithin(
  engine: EngineName,
  setting: EnvironmentSetting,
  other: EnvironmentSetting,
): boolean {
  const [inner, outer] = [policyFor(engine, setting), policyFor(engine, other)];
  const ranks = ["none", "core", "all", "everything"];
  const isCovered = (name: string) => outer.inherit === "everything" || isAmong(outer.include, name);
  return (
    ranks.indexOf(inner.inherit) <= ranks.indexOf(outer.inherit) &&
    inner.include.every(isCovered) &&
    outer.exclude.every((name) => isAmong(inner.exclude, name))
  );
}

/**
 * Leaves out settings for git in numbered variables of which one part was not selected, and numbers the others anew: git
 * fails if one is missing.
 */
function withWholeGitConfig(variables: Record<string, string>): Record<string, string> {
  const { GIT_CONFIG_COUNT: count, ...rest } = variables;
  if (count === undefined) return variables;
  const others = Object.entries(rest).filter(([name]) => !/^GIT_CONFIG_(KEY|VALUE)_\d+$/.test(name));
  const pairs = Object.entries(rest).flatMap(([name, key]) => {
    const number = /^GIT_CONFIG_KEY_(\d+)$/.exec(name)?.[1];
    const value = rest[`GIT_CONFIG_VALUE_${number}`];
    return number === undefined || value === undefined || Number(number) >= Number(count)
      ? []
      : [{ number: Number(number), key, value }];
  });
  const numbered = pairs
    .sort((a, b) => a.number - b.number)
    .flatMap(({ key, value }, at) => [
      [`GIT_CONFIG_KEY_${at}`, key],
      [`GIT_CONFIG_VALUE_${at}`, value],
    ]);
  return Object.fromEntries([...others, ["GIT_CONFIG_COUNT", `${pairs.length}`], ...numbered]);
}

/** Whether a name, or everything that a pattern stands for, is among names and patterns. Case does not matter. */
const isAmong = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => matches(pattern.toLowerCase(), name.toLowerCase()));

/** Whether a text matches a pattern, in which `*` stands for any characters. Takes linear time, unlike a regex. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === undefined) return text === pattern;
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.startsWith(first) && text.length - last.length >= at && text.endsWith(last);
}

/** A hint on how to give an engine a variable that it does not get by default. */
export const allowHint = (engine: EngineName, name: string): string =>
  `to pass it on, set engines.${engine}.env: ["*", ${name}] in your own configuration`;

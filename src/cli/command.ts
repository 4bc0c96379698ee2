import { Command, Option } from "commander";

/** An option of a command. `T` is the type of its value. */
export type Flag<T> = Option & { readonly value?: T };

export const flag = (name: string, help: string): Flag<boolean> => new Option(name, help);
export const textFlag = (name: string, help: string): Flag<string> => new Option(name, help);
export const choiceFlag = <T extends string>(name: string, help: string, choices: readonly T[]): Flag<T> =>
  new Option(name, help).choices(choices);
/** An option whose text `parse` turns into a value; `before` is the value of an earlier use of the same option. */
export const parsedFlag = <T>(name: string, help: string, parse: (text: string, before?: T) => T): Flag<T> =>
  new Option(name, help).argParser(parse);

type FlagValues<Flags> = {
  readonly [Key in keyof Flags]?: Flags[Key] extends Flag<infer T> ? NonNullable<T> : never;
};

/** What an argument holds: `<one>`, `<many...>` or `[optional]`. */
type ArgumentValue<Name> = Name extends `<${string}...>`
  ? string[]
  : Name extends `<${string}`
    ? string
    : string | undefined;

type ArgumentValues<Arguments extends readonly (readonly [string, string])[]> = {
  [At in keyof Arguments]: ArgumentValue<Arguments[At][0]>;
};

/** What a command takes, how its help describes it, and what it does. */
interface Definition<Arguments extends readonly (readonly [string, string])[], Flags> {
  /** Its line in the list of commands. */
  readonly summary: string;
  readonly description?: string;
  /** Pairs of a name and its help. */
  readonly arguments?: Arguments;
  /** By the name of the property that holds the value: `projectDir` for `--project-dir`. */
  readonly flags?: Flags;
  /** Whether an argument may begin with a dash, if it is no option of the command. */
  readonly allowsDashes?: boolean;
  readonly examples: readonly string[];
  readonly exitStatus?: string;
  /** Loads the code that it needs, so that no other command waits for it. Resolves to the exit status. */
  readonly action: (...given: [...ArgumentValues<Arguments>, FlagValues<Flags>, Command]) => Promise<number>;
}

/** Makes the parser of a command, which passes the exit status of its action to `exit`. */
export type CommandBuilder = (exit: (status: number) => void) => Command;

/** Declares a command of `interserve`. */
export function command<
  const Arguments extends readonly (readonly [string, string])[] = [],
  Flags extends Readonly<Record<string, Flag<unknown>>> = Record<never, never>,
>(name: string, definition: Definition<Arguments, Flags>): CommandBuilder {
  return (exit) => {
    const built = new Command(name).summary(definition.summary);
    if (definition.allowsDashes) built.allowUnknownOption();
    if (definition.description) built.description(definition.description);
    for (const [argument, help] of definition.arguments ?? []) built.argument(argument, help);
    for (const [key, option] of Object.entries<Flag<unknown>>(definition.flags ?? {})) {
      if (option.attributeName() !== key) throw new Error(`the value of ${option.flags} is not in "${key}"`);
      built.addOption(option);
    }
    const examples = examplesText(definition.examples);
    const status = definition.exitStatus ? `Exit status: ${definition.exitStatus}` : "";
    return built
      .addHelpText("after", ({ command }) =>
        status ? `${examples}\n\n${wrapped(status, command)}` : examples,
      )
      .action(async (...given) => exit(await definition.action(...(given as never))));
  };
}

/** The examples at the end of a command's help. */
export function examplesText(examples: readonly string[]): string {
  const title = examples.length === 1 ? "Example" : "Examples";
  return `\n${title}:\n${examples.map((example) => `  $ ${example}`).join("\n")}`;
}

/** Wraps text to the width of a command's help. */
const wrapped = (text: string, command: Command): string =>
  command.createHelp().boxWrap(text, command.configureOutput().getOutHelpWidth?.() ?? 80);

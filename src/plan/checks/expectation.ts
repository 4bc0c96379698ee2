import { printedNumber, printsNumber } from "./counting.ts";

/** What a plan expects of a command. */
export interface Expectation {
  /** As a manifest's `expect` has it. */
  readonly expect: string;
  /** The other meaning that the words may have, if they have two. */
  readonly otherwise?: string;
}

const output = (text: string): Expectation => ({ expect: `output "${text}"` });

/** Translates a plan's expectation of a command into a manifest's `expect`. Returns undefined if it is not understood. */
export function expectation(wish: string, run: string): Expectation | undefined {
  const plain = unquoted(wish.replace(/(?:^|\s)#\s.*$/, "").trim()).replace(/[.;]$/, "");
  if (plain === "" && wish.trim() !== "") return undefined;
  const printed =
    /^(?:(?:it\s+)?(?:prints|outputs)|output(?:\s+is)?:?|stdout(?:\s+is)?:?)\s+(\d+|zero)$/i.exec(plain)?.[1];
  if (printed) return output(printedNumber(run, digitsOf(printed)));
  const counted =
    /^(?:={1,3}|equals|is|counts?(?:\s+is|:)?)\s*(\d+|zero)$|^(\d+|zero|no)\s+(?:lines?|match(?:es)?|hits?|results?|occurrences?)$/i.exec(
      plain,
    );
  const count = digitsOf(counted?.[1] ?? counted?.[2] ?? "");
  if (count && printsNumber(run, count)) return output(printedNumber(run, count));
  const exit = exitStatus(plain);
  if (exit) return exitOrOutput(plain, exit, run);
  if (/^\d{4,}$/.test(plain) && printsNumber(run, plain)) return output(printedNumber(run, plain));
  if (/^(?:success|succeeds|passes|pass|(?:all\s+)?(?:the\s+)?tests?\s+pass(?:es)?)$/i.test(plain))
    return { expect: "exit 0" };
  const quoted = /^(contains|(?:it\s+)?(?:prints|outputs)|output(?:\s+is)?:?)\s+(["'`])(.+)\2$/is.exec(plain);
  // Of several quoted texts, only a person knows how they are combined.
  if (!quoted || quoted[3]?.includes(quoted[2] ?? "")) return undefined;
  const form = /^contains$/i.test(quoted[1] ?? "") ? "contains" : "output";
  return { expect: `${form} "${quoted[3]}"` };
}

const digitsOf = (number: string): string => (/^(?:zero|no)$/i.test(number) ? "0" : number);

const exitStatus = (plain: string): string | undefined => {
  const [, code] =
    /^(?:(?:command\s+)?(?:exits?|returns?)\s*(?:with\s+|=\s*)?)?(?:(?:exit\s+)?(?:code|status)\s*:?\s*)?(\d{1,3}|zero)$/i.exec(
      plain,
    ) ?? [];
  return code && digitsOf(code);
};

/** A number alone, or `returns N`, is an exit status unless the command prints a number. */
function exitOrOutput(plain: string, code: string, run: string): Expectation {
  const expect = `exit ${code}`;
  if (!/^(?:(?:command\s+)?returns?\s+)?(?:\d+|zero)$/i.test(plain) || !printsNumber(run, code))
    return { expect };
  return { ...output(printedNumber(run, code)), otherwise: expect };
}

/** Removes one pair of backticks or quotes around the whole text. */
export function unquoted(text: string): string {
  const [mark = ""] = /^(?:`+|"|')/.exec(text) ?? [];
  const isWhole =
    mark !== "" &&
    text.length > 2 * mark.length &&
    text.endsWith(mark) &&
    !text.slice(mark.length, -mark.length).includes(mark);
  return isWhole ? text.slice(mark.length, -mark.length).trim() : text;
}

import { readShownFile } from "./shown-file.ts";
import { textLines } from "./text-lines.ts";

/** Of a longer file, only the first and last so many bytes are searched. */
const mostBytes = 4 * 1024 * 1024;
const longestLine = 2000;

/** Lines that cannot be a reason: without a letter, or an agent's verdict. */
const empty = /^\P{L}*$|^\P{L}*verdict\s*:/iu;
/** Lines that say nothing about the error, such as footers, hints, frames of a stack and rules. */
const noise: readonly RegExp[] = [
  /^(?<rule>[=─⎯_*#-])\k<rule>+ .* \k<rule>+$/,
  /^npm (?:notice|warn|info|http)\b/i,
  /^npm (?:error|ERR!)(?:$|\s{2}|\s+(?:code|errno|syscall|path|command|cwd|location|workspace|dest|host)\b|\s+(?:A complete log|For a full report|To see a list|Note that you|tarball, folder|\/|[A-Z]:\\))/,
  /^(?:for (?:more|help|details|a full)|to (?:see|rerun)|try ['`"-]|run with|visit https?:|see https?:|did you mean|usage:)/i,
  /^(?:=\s*)?(?:hint|help|note|info|debug|trace|warn|warning)\b(?:\[[\w:-]+\])?[:\s]/i,
  /^(?:Node\.js v\d|Traceback \(|stack backtrace:|at \S|File "|A complete log of this run|https?:\/\/\S+$)/,
];

/** Lines that only say that something failed, below the lines that say why. */
const summary =
  /\bexit(?:ed)?(?: with)? (?:code|status)\b|\btest failed, to rerun\b|\bcould not compile\b|\baborting due to\b|\bsee above\b|ELIFECYCLE|\bError \d+$|^(?:found )?\d+ (?:errors?|problems?|failed|failing|failures?)\b|^FAIL$|^test result:|^(?:error:?\s+)?(?:command|script|recipe|build|tests?)\b.{0,60} failed\.?$|Lifecycle script/i;

/** Lines that name an error. */
const naming: readonly RegExp[] = [
  /^(?:fatal|panic|error|critical|severe)(?: [\w.-]+)?(?:\[[\w.-]+\])?\s*[:\])]\s*(?![|>][+-]?$)\S/i,
  /^(?:ERROR|FATAL|PANIC|CRITICAL)\s+\S|^error\s+[A-Z"'`]/,
  /^(?:Uncaught |Unhandled |Caused by: |E {2,})?(?:[\w$]+[.:]{1,2})*\w*(?:Error|Exception|Panic|Failure)(?: \[\w+\])?:\s*\S/,
  /^[\w@~./\\+-]+\.\w{1,8}(?::\d+(?::\d+)?|\(\d+(?:,\d+)?\))(?::| -)\s+(?!(?:warning|note|info|hint)\b|in [\w<>.]+$|\w*(?:Warning|Error)(?:$|: *$)|\w*Warning:)\S/i,
  /^\d+:\d+\s+error\s/,
  /^npm (?:error|ERR!) \S/,
  /^thread '.*' .*panicked at /,
  /^FAILED \S+.* - \S/,
  /^\S*make(?:\[\d+\])?: \*\*\* (?!\[)/,
  /^(?:\S*\/)?(?:ba|da|z|k)?sh: \S|^\S+\.(?:ba)?sh: (?:line )?\d+: /,
];

/** Lines that name a test or a file that failed. */
const failed =
  /^not ok \d+(?!.*# (?:TODO|SKIP))|^--- FAIL|^(?:FAIL|FAILED)[\s:]+\S|^test .* \.\.\. FAILED$|^[✖✗×✘❌●]\s+\S|\bFAILED$/;

const words =
  /\b(?:errors?|fail(?:ed|s|ures?)?|cannot|can['’]t|could ?n(?:ot|['’]t)|unable|not found|no such|denied|refused|missing|invalid|unknown|unexpected|undefined|unresolved|unsupported|exceeded|out of memory|aborted|conflict)\b/i;
const none = /\b(?:0|no|zero|without)\s+(?:errors?|fail\w*)|\b(?:errors?|fail\w*):?\s+0\b/i;
/** What loggers write before a message: a time, a level in brackets, marks. */
const prefix =
  /^(?:[[(]?\d[\d:.TZ,+/ -]{6,}[\])]?\s*|[[<](?=(?:error|fatal|critical|severe)\b)|[!│┃|>✖✗×❌⨯]+\s+(?=\w*error\b))*/i;

/** How much a line says about the error, from 0 to 5; -1 if it cannot be a reason. Of lines above 3 the first counts, of the others the last. */
function rankOf(line: string): number {
  if (empty.test(line)) return -1;
  if (noise.some((pattern) => pattern.test(line))) return 0;
  if (none.test(line)) return 1;
  if (summary.test(line)) return 2;
  const message = line.replace(prefix, "");
  if (naming.some((pattern) => pattern.test(message))) return 5;
  if (failed.test(line)) return 4;
  return words.test(line) ? 3 : 1;
}

/** Finds the line of an output that names the error, in bounded memory. */
class ErrorLineReader {
  text = "";
  rank = 0;
  /** Whether the line that was found ends with a colon, so that the next one belongs to it. */
  private isOpen = false;

  readLine(line: string): void {
    const text = line.slice(0, longestLine).trim();
    if (this.isOpen && text !== "") {
      this.text += ` ${text}`;
      this.isOpen = false;
      return;
    }
    // In a chain of exceptions, the last one ended the program.
    if (/^(?:During handling of|The above exception was)\b/.test(text)) this.rank = 0;
    const rank = rankOf(text);
    if (rank < this.rank || (rank === this.rank && rank > 3)) return;
    this.text = text;
    this.rank = rank;
    this.isOpen = rank > 3 && text.endsWith(":");
  }
}

async function readErrorLine(file: string): Promise<ErrorLineReader> {
  const reader = new ErrorLineReader();
  await readShownFile(
    file,
    textLines((line) => reader.readLine(line), longestLine),
    mostBytes,
  );
  return reader;
}

/**
 * Finds the line that names the error in what a failed program wrote: in its standard error, or in the other file if that
 * one says more. Without such a line, it is the last one, if possible one that is not a footer; empty if there is none.
 */
export async function errorLine(stderrFile: string, stdoutFile?: string): Promise<string> {
  const stderr = await readErrorLine(stderrFile);
  if (stdoutFile === undefined || stderr.rank === 5) return stderr.text;
  const stdout = await readErrorLine(stdoutFile);
  const saysMore = stdout.rank > stderr.rank && (stdout.rank > 3 || stderr.rank !== 1);
  return saysMore || stderr.text === "" ? stdout.text : stderr.text;
}

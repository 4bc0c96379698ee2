/** Words that make a name that of a secret. */
const secretWords = new Set([
  ...[
    "PAT",
    "PATS",
    "SAS",
    "DSN",
    "PSK",
    "PIN",
    "OTP",
    "TOTP",
    "HMAC",
    "SALT",
    "PHRASE",
    "CRED",
    "CREDS",
    "PEM",
  ],
  ...["AUTHORIZATION", "SESSION", "SESSIONS", "SESSID"],
]);

/** Parts that do so anywhere in a word, as in PGPASSWORD or TOKENFILE, but not in TOKENIZERS. */
const secretParts = [
  ...["PASSWORD", "PASSWD", "PASSPHRASE", "PASSCODE", "PSWD", "SECRET", "CREDENTIAL", "TOKEN(?!I[SZ])"],
  ...["COOKIE(?!CUTTER)", "BEARER", "JWT", "WEBHOOK", "MNEMONIC"],
];

/** Parts that do so at the end of a word, as in ACCESSKEY, SSHPASS or USERPWD, but not in MONKEY or OLDPWD. */
const secretEnds = [
  "(?<!DON|HOC|HOT|JOC|LAC|MALAR|MON|PUB|PUBLIC|TUR|TURN|WHIS)KEYS?",
  "(?<!ASK|BY|COM|MULTI|OVER|SUR|TRES|UNDER)PASS",
  "(?<!^OLD)PWD?",
  "AUTH",
];

const secretWord = new RegExp(`${secretParts.join("|")}|(?:${secretEnds.join("|")})$`);

/**
 * Names with such words that hold no secret: the working directory, limits of tokens, desktop and terminal sessions, sockets,
 * and the names of git's settings. SSH_AUTH_SOCK passes, since without it an agent cannot sign commits with an SSH key.
 */
const harmless = [
  /^PWD$/,
  /(^|_)MAX_(\w+_)?TOKENS$/,
  /^(DBUS|DESKTOP|GNOME|ITERM|KDE|KONSOLE|TERM|WT|XDG|ZELLIJ)_(\w+_)?SESSION(?!_COOKIE)|^SESSION_MANAGER$/,
  /_SOCK$/,
  /^GIT_CONFIG_KEY_\d+$/,
];

/** Whether the words in the name of a variable say that its value is a secret. */
export const looksSecret = (name: string): boolean =>
  !harmless.some((pattern) => pattern.test(name)) &&
  (wordsIn(name).some((word) => secretWords.has(word) || secretWord.test(word)) ||
    /CONN(ECTION)?[^A-Za-z]?STR/i.test(name));

/** The words in a name, in capitals: they are separated by other characters, by digits or, as in githubToken, by case. */
const wordsIn = (name: string): string[] =>
  name
    .replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_")
    .split(/[^A-Za-z]+/)
    .map((word) => word.toUpperCase());

const passwordForms = [
  // A URL with a password, or with a token in place of a user.
  /:\/\/[^\s/?#@:]*:(?!\d{1,5}[/?#])[^\s@]{1,1000}@/,
  /https?:\/\/[^\s/?#@:]{20,1000}@/i,
  // A URL or a connection string with a password among its parameters.
  /[?&;](password|passwd|pwd|secret|token|access_token|api_?key|accountkey|sig)=[^\s&;]/i,
  // An HTTP header.
  /\bauthorization:\s*\S|^\s*(basic|bearer)\s+\S{8}/i,
];

/** Whether a value contains a password where URLs, connection strings and HTTP headers have one. */
export const holdsPassword = (value: string): boolean => passwordForms.some((form) => form.test(value));

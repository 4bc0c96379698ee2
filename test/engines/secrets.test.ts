import { describe, expect, test } from "vitest";
import { holdsPassword, looksSecret } from "../../src/engines/secrets.ts";

describe("the name of a variable", () => {
  test.each([
    ...["PGPASSWORD", "MYSQL_PWD", "DB_PASS", "SSHPASS", "SSH_PASSPHRASE", "PGPASSFILE_PASSWORD", "ROOT_PW"],
    ...["API_KEY", "API_KEYS", "SECRETKEY", "ACCESSKEY", "apiKey", "STRIPEKEY", "SSH_PRIVATE_KEY", "KEY2"],
    ...["GITHUB_TOKEN", "githubToken", "GITHUBTOKEN", "TOKEN1", "NPM_CONFIG__AUTH", "REGISTRY_AUTH"],
    ...[
      "npm_config_//registry.npmjs.org/:_authToken",
      "npm_config__auth_token",
      "CI_JOB_JWT",
      "CI_JOB_JWT_V2",
    ],
    ...["COOKIE", "SESSION_COOKIE", "XDG_SESSION_COOKIE", "BW_SESSION", "OP_SESSION_my", "SENTRY_DSN"],
    ...["GOOGLE_APPLICATION_CREDENTIALS", "DB_CREDS", "BEARER", "STORAGE_SAS", "GITHUB_PAT"],
    ...["SLACK_WEBHOOK_URL", "AZURE_STORAGE_CONNECTION_STRING", "ConnectionStrings__Main", "WPA_PSK"],
    ...[
      "client-secret",
      "service.password",
      "HTTP_AUTHORIZATION",
      "NPM_CONFIG_OTP",
      "basicAuth",
      "AUTH_SALT",
    ],
  ])("%s looks like that of a secret", (name) => expect(looksSecret(name)).toBe(true));

  test.each([
    ...[
      "PATH",
      "HOME",
      "PWD",
      "OLDPWD",
      "KEYBOARD",
      "MONKEY",
      "HOTKEY",
      "KEYMAP",
      "AUTHOR",
      "GIT_AUTHOR_NAME",
    ],
    ...["PASSENGER_APP_ENV", "COMPASS", "BYPASS", "GIT_ASKPASS", "TOKENIZERS_PARALLELISM", "MAX_TOKENS"],
    ...[
      "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
      "SSH_AUTH_SOCK",
      "XDG_SESSION_ID",
      "DESKTOP_SESSION",
      "TERM_SESSION_ID",
    ],
    ...[
      "DBUS_SESSION_BUS_ADDRESS",
      "SESSION_MANAGER",
      "XAUTHORITY",
      "PATTERN",
      "SASS_PATH",
      "COMPOSE_PROJECT",
    ],
    ...[
      "SSH_PUBKEY",
      "JAVA_HOME",
      "PINNED",
      "KUBECONFIG",
      "STRING",
      "CREDIT",
      "SALTY",
      "COOKIECUTTER_CONFIG",
      "GIT_CONFIG_KEY_0",
      "GIT_CONFIG_VALUE_0",
    ],
  ])("%s does not look like that of a secret", (name) => expect(looksSecret(name)).toBe(false));
});

describe("a value", () => {
  test.each([
    ...["postgres://app:pw@db/x", "redis://:pw@host:6379", "a=1;u=https://u:p%40@h", "HTTP://U:P@PROXY:3128"],
    ...["mongodb+srv://u:p/w@h/db", "https://ghp_0123456789abcdefghij@github.com/o/r", "mysql://u:8080x@h"],
    ...["AUTHORIZATION: basic eDpnaHBfMDEyMw==", "Bearer 0123456789abcdef"],
    ...[
      "jdbc:mysql://db/x?user=a&password=pw",
      "Server=db;Uid=a;Pwd=pw;",
      "https://b.example.org/c?sv=1&sig=ab",
    ],
  ])("%s holds a password", (value) => expect(holdsPassword(value)).toBe(true));

  test.each([
    ...["https://example.org:8080/@scope/name", "ssh://git@github.com/o/r", "http://proxy:3128", "a:b@c", ""],
    ...["https://user@dev.example.org/x", "postgres://db/x?user=a", "http://a:80 or b@c", "me@example.org"],
    ...["basic", "bearer of news", "authorization", "https://h/x?passwordless=1", "a;pwd"],
  ])("%s holds no password", (value) => expect(holdsPassword(value)).toBe(false));
});

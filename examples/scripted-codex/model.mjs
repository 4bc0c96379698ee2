// @ts-check

/** By requested file: the name of its function, and the body. */
const counters = {
  lines: ["countLines", 'text.split("\\n").length - 1'],
  words: ["countWords", "text.split(/\\s+/).filter(Boolean).length"],
  characters: ["countCharacters", "[...text].length"],
};

/**
 * The model for the plan in this folder: writes a file, checks it, and hands over the name of its function. The last task
 * knows the names of the other tasks' functions only from its prompt.
 *
 * @param {import("../scripted-models/server.mjs").Asked} asked
 * @returns {import("../scripted-models/server.mjs").Reply}
 */
export function model({ prompt, results, result }) {
  const name = /^Write `(\w+)\.mjs`/m.exec(prompt)?.[1] ?? "nothing";
  if (results === 0)
    return { write: `${name}.mjs`, text: name === "count" ? program(prompt) : counter(name) };
  if (results === 1) return { shell: `node --check ${name}.mjs && echo it can be read` };
  const isFine = result.includes("it can be read");
  const what = counters[/** @type {keyof counters} */ (name)]?.[0];
  return {
    json: {
      verdict: isFine ? "CLEAN" : "NEEDS_ATTENTION",
      summary: isFine ? `Wrote ${name}.mjs.` : `${name}.mjs is not a valid program: ${result}`,
      files_changed: [`${name}.mjs`],
      hand_over: what
        ? `${name}.mjs exports ${what}(text).`
        : "node count.mjs FILE prints the three figures.",
      question: null,
    },
  };
}

/** @param {string} name */
function counter(name) {
  const [what, body] = counters[/** @type {keyof counters} */ (name)] ?? ["nothing", "undefined"];
  return `export const ${what} = (text) => ${body};\n`;
}

/** @param {string} prompt */
function program(prompt) {
  // Each hand-over occurs twice: by itself and in the output that it is from.
  const said = prompt.matchAll(/(\w+)\.mjs exports (\w+)\(text\)\./g);
  const handed = [...new Map([...said].map(([, file, what]) => [file, what]))];
  const imports = handed.map(([file, what]) => `import { ${what} } from "./${file}.mjs";\n`).join("");
  const parts = handed.map(([file, what]) => `${file} \${${what}(text)}`).join(", ");
  return `import { readFileSync } from "node:fs";
${imports}
const text = readFileSync(process.argv[2], "utf8");
console.log(\`${parts}\`);
`;
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { isMap, isScalar, isSeq, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { Manifest } from "../../schemas/manifest.ts";
import { derive } from "../../src/derive/derive.ts";
import { buildManifest, type DerivedManifest } from "../../src/derive/derived-manifest.ts";
import { checkManifest } from "../../src/manifest/load.ts";
import { parsePlan } from "../../src/plan/parse-plan.ts";
import { isForPerson } from "../../src/sync/drift.ts";
import { manifestUpdate, updatedText } from "../../src/sync/update.ts";
import { manifestText } from "../../src/sync/write.ts";
import { parseYaml } from "../../src/yaml/yaml-file.ts";

/** A task of a random plan. Its number is its position, and `depends` has names of tasks. */
interface Sketch {
  name: string;
  files: string[];
  /** Undefined: the plan does not mention dependencies. */
  depends: string[] | undefined;
  verify: string[];
  phase: number;
}

const names = ["Ant", "Bee", "Cod", "Doe", "Elk", "Fox", "Gnu", "Hen"];
const fileArb = fc.constantFrom("src/a.ts", "src/b.ts", "lib/c d.ts", "docs/[x], y.md", "test/e.test.ts");
const sketchArb = fc.record({
  files: fc.uniqueArray(fileArb, { maxLength: 4 }),
  verify: fc.uniqueArray(fc.constantFrom("npm test", "make: all # now", "a, b"), { maxLength: 2 }),
  depends: fc.option(fc.array(fc.nat(7), { maxLength: 3 }), { nil: undefined }),
  phase: fc.nat(2),
});
const planArb = fc.array(sketchArb, { minLength: 2, maxLength: 5 }).map((sketches) =>
  sketches.map(
    (sketch, at): Sketch => ({
      ...sketch,
      name: names[at] as string,
      depends: sketch.depends?.filter((one) => one < at).map((one) => names[one] as string),
    }),
  ),
);

function derived(plan: readonly Sketch[], phases: boolean): DerivedManifest {
  const text = plan.map(({ name, files, depends, verify, phase }, at) => {
    const numbers = depends?.map((one) => plan.findIndex((task) => task.name === one) + 1);
    const on = numbers?.filter((number) => number > 0 && number <= at).map((number) => `Task ${number}`);
    return [
      ...(phases ? [`## Phase ${phase + 1}: Part`] : []),
      `### Task ${at + 1}: ${name}: the ${name.length % 2 ? "'odd'" : "even"} #1`,
      ...(on ? [`**Depends on:** ${on.join(", ") || "none"}`] : []),
      "**Files:**",
      files.map((file) => `- Modify: \`${file}\``).join("\n"),
      ...(verify.length > 0 ? ["<verify>", ...verify.map((run) => `- run: \`${run}\``), "</verify>"] : []),
    ].join("\n\n");
  });
  const { plan: read } = parsePlan(`# Plan\n\n${text.join("\n\n")}\n`, "plan.md");
  return buildManifest(read, derive(read)).manifest;
}

/** An edit of a manifest by a person. `n` makes edits of one kind different. */
type Edit = { kind: string; task: number; n: number };
const formArb = fc.constantFrom(
  "comment",
  "blank",
  "end comment",
  "list comment",
  "reorder",
  "flow list",
  "block list",
  "flow task",
  "quotes",
  "anchor",
  "alias",
  "wide",
  "no record",
  "crlf",
  "no end",
);
const meaningArb = fc.constantFrom(
  "key",
  "title",
  "files",
  "depends",
  "reverse",
  "drop depends",
  "tier",
  "move",
  "remove",
);
const editArb = fc.array(fc.record({ kind: fc.oneof(formArb, meaningArb), task: fc.nat(7), n: fc.nat(99) }), {
  maxLength: 6,
});

const listOf = (map: YAMLMap, key: string): YAMLSeq | undefined => {
  const node = map.get(key, true) as unknown;
  return isSeq(node) ? node : undefined;
};

function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce((text, edit) => {
    const { kind, task, n } = edit;
    const lines = text.split(/(?<=\n)/);
    const at = n % lines.length;
    const indent = /^ */.exec(lines[at] ?? "")?.[0] ?? "";
    if (kind === "comment") return lines.toSpliced(at, 0, `${indent}#  person ${n}\n`).join("");
    if (kind === "blank") return lines.toSpliced(at, 0, "\n\n").join("");
    if (kind === "end comment")
      return lines.with(at, (lines[at] ?? "").replace(/(\S)(\r?\n?)$/, `$1   # person ${n}$2`)).join("");
    if (kind === "no record") return lines.filter((line) => !line.startsWith("# derived task-2")).join("");
    if (kind === "crlf") return text.replace(/\r?\n/g, "\r\n");
    if (kind === "no end") return text.replace(/\s+$/, "");
    const document = parseDocument(text);
    const lists = (document.get("stages") as YAMLSeq<YAMLMap>).items.map(
      (stage) => stage.get("tasks") as YAMLSeq<YAMLMap>,
    );
    const tasks = lists.flatMap(({ items }) => items);
    const map = tasks[task % tasks.length] as YAMLMap;
    const [files, depends] = [listOf(map, "files"), listOf(map, "depends")];
    const title = map.get("title", true) as Scalar | undefined;
    if (kind === "list comment" && files?.items[0]) (files?.items[0] as Scalar).comment = ` person ${n}`;
    if (kind === "reorder") map.items.reverse();
    for (const list of [files, depends])
      if (list && /(flow|block) list/.test(kind) && !map.flow) list.flow = kind === "flow list";
    if (kind === "flow task") map.flow = true;
    if (kind === "quotes" && isScalar(title)) title.type = n % 2 ? "QUOTE_DOUBLE" : "QUOTE_SINGLE";
    if (kind === "tier") map.set("tier", n % 2 ? "deep" : "fast");
    if (kind === "key") map.set("prompt_hint", `person ${n}`);
    if (kind === "title") map.set("title", `Person ${n}`);
    if (kind === "files" && files) files?.add(`person/${n}.ts`);
    if (kind === "depends") map.set("depends", []);
    if (kind === "drop depends") map.delete("depends");
    if (kind === "reverse") {
      // The first dependency turned round.
      const on = depends?.items[0] as Scalar | undefined;
      const other = tasks.find((one) => one.get("id") === on?.value);
      if (on && other && lists.find(({ items }) => items.includes(map))?.items.includes(other)) {
        depends?.delete(0);
        other.set("depends", [map.get("id")]);
      }
    }
    if (kind === "remove" && !map.flow && !files?.anchor) {
      const list = lists.find(({ items }) => items.includes(map));
      if (list && list.items.length > 1) {
        list.items.splice(list.items.indexOf(map), 1);
        for (const one of tasks) {
          const on = listOf(one, "depends");
          if (on) on.items = on.items.filter((item) => (item as Scalar).value !== map.get("id"));
        }
      }
    }
    if (kind === "anchor" && files) files.anchor = `a${n}`;
    const anchored = tasks
      .slice(0, tasks.indexOf(map))
      .map((one) => listOf(one, "files"))
      .find((one) => one?.anchor);
    if (kind === "alias" && files && !files.anchor && anchored)
      map.set("files", document.createAlias(anchored));
    if (kind === "move") {
      const [from, to] = [lists.find(({ items }) => items.includes(map)), lists.at(-1)];
      if (from && to && from !== to && from.items.length > 1)
        to.items.push(...from.items.splice(from.items.indexOf(map), 1));
    }
    return document.toString(kind === "wide" ? { indent: 4, flowCollectionPadding: true } : { lineWidth: 0 });
  }, text);
}

/** Changes of the plan. */
const changeArb = fc.array(
  fc.record({
    kind: fc.oneof(
      {
        weight: 2,
        arbitrary: fc.constantFrom("add", "add last", "remove", "title", "light", "files", "verify", "swap"),
      },
      { weight: 1, arbitrary: fc.constant("depends") },
    ),
    task: fc.nat(7),
    sketch: sketchArb,
  }),
  { maxLength: 4 },
);
type Changes = typeof changeArb extends fc.Arbitrary<infer T> ? T : never;

function changed(plan: readonly Sketch[], changes: Changes): Sketch[] {
  return changes.reduce<Sketch[]>(
    (plan, { kind, task, sketch }, at) => {
      const place = task % plan.length;
      const own = plan[place] as Sketch;
      const depends = sketch.depends?.map((one) => plan[one % plan.length]?.name as string);
      const fresh: Sketch = { ...sketch, name: `New ${at}`, depends };
      if (kind === "add") return plan.toSpliced(place, 0, fresh);
      if (kind === "add last") return plan.concat(fresh);
      if (kind === "remove") return plan.length > 1 ? plan.toSpliced(place, 1) : plan;
      if (kind === "light") return plan.with(place, { ...own, name: `Verify ${at}`, files: [] });
      if (kind === "title") return plan.with(place, { ...own, name: `Other ${at}` });
      if (kind === "swap") return plan.toSpliced(place, 1).toSpliced(0, 0, own);
      if (kind === "files") return plan.with(place, { ...own, files: sketch.files });
      if (kind === "verify") return plan.with(place, { ...own, verify: sketch.verify });
      return plan.with(place, { ...own, depends });
    },
    [...plan],
  );
}

/** A dependency that the manifest's order does not allow, which is rare at random. */
const nothing = { files: [], verify: [], phase: 0 };
const withoutRoom: [Sketch[], boolean, Edit[], Changes] = [
  [
    { ...nothing, name: "Ant", depends: [] },
    { ...nothing, name: "Bee", depends: [] },
    { ...nothing, name: "Cod", depends: ["Ant"] },
  ],
  false,
  [{ kind: "move", task: 0, n: 0 }],
  [{ kind: "depends", task: 1, sketch: { ...nothing, depends: [0] } }],
];

const read = async (text: string): Promise<Manifest> => {
  const { manifest, problems } = await checkManifest(parseYaml("plan.exec.yaml", text));
  expect(
    problems.filter(({ severity }) => severity === "error"),
    text,
  ).toEqual([]);
  return manifest as Manifest;
};

test("an update results in a valid manifest, keeps a person's edits, and leaves only differences for a person", async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(planArb, fc.boolean(), editArb, changeArb, async (plan, phases, edits, changes) => {
      const remarks = (id: string) => [`${id}0: found [name]`];
      const text = edited(manifestText(derived(plan, phases), "plan.md", remarks), edits);
      const { manifest } = await checkManifest(parseYaml("plan.exec.yaml", text));
      if (!manifest) return;
      const now = derived(changed(plan, changes), phases);
      const update = manifestUpdate(text, manifest, { derived: now });
      for (const { kind } of update.drifts) seen.set(kind, (seen.get(kind) ?? 0) + 1);
      for (const id of update.removed) {
        seen.set("removed", (seen.get("removed") ?? 0) + 1);
        expect(update.drifts.filter((drift) => drift.id === id)).toEqual([]);
      }
      const next = updatedText(text, now, update, remarks);
      if (next === undefined) throw new Error(`not updated:\n${text}\n${JSON.stringify(update, null, 1)}`);

      const result = await read(next);
      const again = manifestUpdate(next, result, { derived: now });
      expect(
        again.drifts.filter((drift) => !isForPerson(drift)),
        next,
      ).toEqual([]);
      expect(again.removed).toEqual(update.removed);
      // What a task that is gone may be by now is in the manifest then.
      const settled = update.drifts.map((drift) =>
        drift.kind === "gone" ? { ...drift, perhaps: undefined } : drift,
      );
      expect(again.drifts).toEqual(settled.filter(isForPerson));
      expect(updatedText(next, now, again, remarks)).toBe(next);
      expect(leftOf(text, next, update)).toEqual([]);
    }),
    { numRuns: 200, examples: [withoutRoom] },
  );
  expect([...seen.keys()].sort()).toEqual([
    "changed",
    "edited",
    "gone",
    "kept",
    "missing",
    "removed",
    "renumbered",
    "unordered",
  ]);
});

/** The lines that an update must keep but are no longer in the text, in order. */
function leftOf(text: string, next: string, update: ReturnType<typeof manifestUpdate>): string[] {
  const document = parseDocument(text);
  const touched = new Set<number>();
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length - 1;
  const touch = (node: unknown) => {
    const [start, , end] = (node as Scalar).range as [number, number, number];
    for (let line = lineOf(start); line <= lineOf(Math.max(start, end - 1)); line += 1) touched.add(line);
  };
  const old = new Map([...update.renames].map(([was, id]) => [id, was]));
  for (const stage of (document.get("stages") as YAMLSeq<YAMLMap>).items)
    for (const task of (stage.get("tasks") as YAMLSeq<YAMLMap>).items) {
      if (update.renames.size > 0)
        for (const { key, value } of task.items)
          if (/^(id|depends)$/.test(String(key))) {
            touch(key);
            touch(value);
          }
      for (const drift of update.drifts) {
        if (drift.kind !== "changed" || (old.get(drift.id) ?? drift.id) !== task.get("id")) continue;
        const pair = task.items.find(({ key }) => (key as Scalar).value === drift.key);
        if (pair) {
          touch(pair.key);
          touch(pair.value);
        } else if (isMap(task) && task.flow) touch(task);
      }
    }
  for (const key of ["mode", "max_parallel"])
    if (update.drifts.some((drift) => "key" in drift && drift.key === key)) touch(document.get(key, true));
  const isOurs = (line: string) => /^\s*# (task-\S+: found \[name\]|derived[ :])/.test(line) || line === "";
  const kept = text
    .split("\n")
    .filter((line, at) => !touched.has(at) && !isOurs(line.trimEnd()) && !/^\s*\[?\]?\}?$/.test(line));
  const rest = next.split("\n");
  let from = 0;
  return kept.filter((line) => {
    // The last line may have gained its line break.
    const at = rest.findIndex((other, index) => index >= from && (other === line || other === `${line}\r`));
    if (at < 0) return true;
    from = at + 1;
    return false;
  });
}

import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { expect, test } from "vitest";
import { configSchema } from "../../schemas/config.ts";
import { handOverJsonSchema, handOverSchema } from "../../schemas/hand-over.ts";
import { manifestSchema } from "../../schemas/manifest.ts";

/** The JSON Schema of what the author of a file may write, as the schema's own file has it. */
function jsonSchemaText(of: GenericSchema, title: string): string {
  const schema = toJsonSchema(of, {
    typeMode: "input",
    // JSON Schema's patterns have no flags; ours with one reads the same without it, on one line.
    overrideAction: ({ valibotAction, jsonSchema }) =>
      valibotAction.type === "regex"
        ? { ...jsonSchema, pattern: (valibotAction as unknown as { requirement: RegExp }).requirement.source }
        : undefined,
  });
  const { $schema, ...rest } = schema;
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

const files = [
  ["exec-manifest", manifestSchema, "Execution manifest", ["stages.tasks"]],
  ["config", configSchema, "Configuration of interserve", []],
] as const;

// After a change of a schema: npx vitest run test/schemas -u
test.each(files)("schemas/%s.schema.json matches the schema", async (name, schema, title) => {
  await expect(jsonSchemaText(schema, title)).toMatchFileSnapshot(`../../schemas/${name}.schema.json`);
});

test.each(files)(
  "every key in %s has a description, except lists of described things",
  (_, schema, title, but) => {
    const bare: string[] = [];
    const walk = (schema: Record<string, unknown>, path: string): void => {
      const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
      for (const [key, property] of Object.entries(properties)) {
        if (!property.description) bare.push(`${path}${key}`);
        walk(property, `${path}${key}.`);
        if (property.items) walk(property.items as Record<string, unknown>, `${path}${key}.`);
      }
    };
    walk(JSON.parse(jsonSchemaText(schema, title)), "");
    expect(bare).toEqual(but);
  },
);

test("the JSON Schema for agents matches the schema that checks their results", () => {
  const { $schema: _, ...schema } = toJsonSchema(handOverSchema);
  const withTypes = JSON.parse(JSON.stringify(schema));
  // One type or nothing, in the words that all CLIs take.
  expect(withTypes.properties.question.anyOf).toEqual([{ type: "string" }, { type: "null" }]);
  delete withTypes.properties.question.anyOf;
  withTypes.properties.question.type = ["string", "null"];
  withTypes.properties.verdict.type = "string";
  expect(handOverJsonSchema).toEqual(withTypes);
});

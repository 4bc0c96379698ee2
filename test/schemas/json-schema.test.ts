import { toJsonSchema } from "@valibot/to-json-schema";
import { expect, test } from "vitest";
import { manifestSchema } from "../../schemas/manifest.ts";

/** The JSON Schema of what a manifest's author may write, as the file has it. */
function jsonSchemaText(): string {
  const schema = toJsonSchema(manifestSchema, {
    typeMode: "input",
    // JSON Schema's patterns have no flags; ours with one reads the same without it, on one line.
    overrideAction: ({ valibotAction, jsonSchema }) =>
      valibotAction.type === "regex"
        ? { ...jsonSchema, pattern: (valibotAction as unknown as { requirement: RegExp }).requirement.source }
        : undefined,
  });
  const { $schema, ...rest } = schema;
  return `${JSON.stringify({ $schema, title: "Execution manifest", ...rest }, null, 2)}\n`;
}

// After a change of the schema: npx vitest run test/schemas -u
test("schemas/exec-manifest.schema.json is what the manifest schema says", async () => {
  await expect(jsonSchemaText()).toMatchFileSnapshot("../../schemas/exec-manifest.schema.json");
});

test("every key that a manifest's author may write is described, but for lists of what is", () => {
  const bare: string[] = [];
  const walk = (schema: Record<string, unknown>, path: string): void => {
    const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
    for (const [key, property] of Object.entries(properties)) {
      if (!property.description) bare.push(`${path}${key}`);
      walk(property, `${path}${key}.`);
      if (property.items) walk(property.items as Record<string, unknown>, `${path}${key}.`);
    }
  };
  walk(JSON.parse(jsonSchemaText()), "");
  expect(bare).toEqual(["stages.tasks"]);
});

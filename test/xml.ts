import { SaxesParser } from "saxes";

/** An XML element. Its text includes that of its descendants. */
export interface Xml {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Xml[];
  text: string;
}

/** Parses a document as XML 1.0. Throws if it is not well-formed. */
export function parseXml(source: string): Xml {
  const top: Xml = { name: "", attributes: {}, children: [], text: "" };
  const open: Xml[] = [top];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const element: Xml = { name, attributes, children: [], text: "" };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("text", (text) => {
    for (const element of open) element.text += text;
  });
  parser.on("closetag", () => {
    open.pop();
  });
  parser.write(source).close();
  const [root] = top.children;
  if (!root) throw new Error("there is no element");
  return root;
}

export const all = (element: Xml, name: string): Xml[] =>
  element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)]);

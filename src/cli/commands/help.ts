import { nearest } from "../../text/nearest.ts";
import { command } from "../command.ts";

/** Replaces commander's own `help`, which shows the list of commands if it does not know one. */
export const help = command("help", {
  summary: "show the help of a command",
  arguments: [["[command]", "default: the list of commands"]],
  examples: ["interserve help run"],
  action: async (name, _flags, { parent: root }) => {
    if (!root) throw new Error("help is not a command of its own");
    const found = name === undefined ? root : root.commands.find((one) => one.name() === name);
    if (found) return found.help();
    const near = nearest(
      name ?? "",
      root.commands.map((one) => one.name()),
    );
    return root.error(`error: unknown command '${name}'${near ? `\n(Did you mean ${near}?)` : ""}`);
  },
});

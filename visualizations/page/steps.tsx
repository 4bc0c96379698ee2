import { useEffect } from "preact/hooks";
import type { Store } from "./store.ts";
import { oneLine } from "./text.ts";

/** Controls that step through the journal. */
export function Steps({ store }: { readonly store: Store }) {
  const { count, lines, step } = store;
  const line = lines[count - 1];
  const description = oneLine(line ? `${line.name} ${line.task ?? ""}` : "");
  const button = (label: string, sign: string, target: number, isDisabled: boolean, key?: string) => (
    <button
      type="button"
      onClick={() => store.goTo(target)}
      aria-label={label}
      title={key ? `${label} (key: ${key})` : label}
      disabled={isDisabled}
    >
      {sign}
    </button>
  );
  return (
    <footer class="steps">
      {button("First event", "⇤", 1, count <= 1)}
      {button("Previous event", "◀", count - 1, count <= 1, ",")}
      <input
        type="range"
        min={1}
        max={Math.max(1, lines.length)}
        value={count}
        aria-label="Event"
        aria-valuetext={`${count} of ${lines.length}: ${description}`}
        onInput={({ currentTarget }) => store.goTo(Number(currentTarget.value))}
      />
      {button("Next event", "▶", count + 1, step === undefined, ".")}
      <button
        type="button"
        aria-pressed={step === undefined}
        onClick={() => store.goTo(undefined)}
        title="Latest event (key: l)"
      >
        Latest
      </button>
      <output data-testid="step">
        {count}/{lines.length} {description}
      </output>
    </footer>
  );
}

/** Where keys type text. */
const typing = "textarea, input:not([type=range])";

/** Handles keys: `,` and `.` step, `l` shows the latest moment, and Escape closes the task. */
export function useKeys(store: Store, close: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      // In a select, a letter finds an option.
      const reserved = event.key === "l" ? `${typing}, select` : typing;
      const isReserved = event.target instanceof Element && event.target.closest(reserved);
      if (isReserved || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === ",") store.goTo(store.count - 1);
      else if (event.key === ".") store.goTo(store.count + 1);
      else if (event.key === "l") store.goTo(undefined);
      else if (event.key === "Escape") close();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [store, close]);
}

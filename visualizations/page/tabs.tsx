import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

export interface TabsProps<Name extends string> {
  readonly label: string;
  readonly id: string;
  readonly tabs: readonly (readonly [Name, string])[];
  readonly current: Name;
  readonly onChange: (name: Name) => void;
  readonly children: ComponentChildren;
}

/** Tabs and the panel of the current one. Arrow keys move between tabs. */
export function Tabs<Name extends string>({ label, id, tabs, current, onChange, children }: TabsProps<Name>) {
  const list = useRef<HTMLDivElement>(null);
  const moveByKey = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex(([name]) => name === current);
    const next = (at + step + tabs.length) % tabs.length;
    const name = tabs[next]?.[0];
    if (name !== undefined) onChange(name);
    (list.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={moveByKey}>
        {tabs.map(([name, title]) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-tab-${name}`}
            aria-selected={name === current}
            aria-controls={`${id}-panel`}
            tabIndex={name === current ? 0 : -1}
            onClick={() => onChange(name)}
          >
            {title}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${current}`}>
        {children}
      </div>
    </>
  );
}

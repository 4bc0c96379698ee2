import type { ComponentChildren, RefObject } from "preact";

export interface ScrollerProps {
  readonly label: string;
  readonly box?: RefObject<HTMLElement | null>;
  readonly onScroll?: (element: HTMLElement) => void;
  readonly onWheel?: (event: WheelEvent) => void;
  readonly children: ComponentChildren;
}

/** A part of the page that scrolls, also by keyboard. */
export function Scroller({ label, box, onScroll, onWheel, children }: ScrollerProps) {
  return (
    <section
      class="scroller"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard can only scroll what it can focus.
      tabIndex={0}
      {...(box ? { ref: box } : {})}
      {...(onWheel ? { onWheel } : {})}
      onScroll={({ currentTarget }) => onScroll?.(currentTarget)}
    >
      {children}
    </section>
  );
}

import { useLayoutEffect, useState } from "preact/hooks";

/** Below this, text is too small to be read: a picture that is larger is scrolled. */
const readable = 0.7;
const clamp = (zoom: number) => Math.min(3, Math.max(0.15, zoom));

export interface Zoom {
  readonly value: number;
  readonly by: (factor: number) => void;
  /** All of it at once, however small. */
  readonly fit: () => void;
}

/** How large a picture is shown: at first so that all of it, or all of its width, is seen, where it can be read then. */
export function useZoom(
  room: { readonly current: HTMLElement | null },
  picture: { readonly width: number; readonly height: number } | undefined,
  what: "all" | "width",
): Zoom {
  const [value, setValue] = useState(1);
  const fitting = (what: "all" | "width") => {
    const { clientWidth = 0, clientHeight = 0 } = room.current ?? {};
    if (!picture) return 1;
    const height = what === "all" ? clientHeight / picture.height : 1;
    return Math.min(clientWidth / picture.width, height, 1);
  };
  useLayoutEffect(() => setValue(Math.max(fitting(what), readable)), [picture]);
  return {
    value,
    by: (factor) => setValue((now) => clamp(now * factor)),
    fit: () => setValue(clamp(fitting("all"))),
  };
}

export function ZoomTools({ zoom }: { readonly zoom: Zoom }) {
  return (
    <>
      <button type="button" onClick={() => zoom.by(1.25)} aria-label="Zoom in">
        +
      </button>
      <button type="button" onClick={() => zoom.by(1 / 1.25)} aria-label="Zoom out">
        −
      </button>
      <button type="button" onClick={zoom.fit}>
        Fit
      </button>
    </>
  );
}

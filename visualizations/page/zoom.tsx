import { useLayoutEffect, useState } from "preact/hooks";

/** Text is too small to read below this: a picture that does not fit then is scrolled. */
const minReadable = 0.7;
const clamp = (zoom: number) => Math.min(3, Math.max(0.15, zoom));

export interface Zoom {
  readonly value: number;
  readonly by: (factor: number) => void;
  /** Fits all of the picture, however small. */
  readonly fit: () => void;
}

/** The zoom of a picture: at first all of it, or all of its width, is visible, unless that makes it unreadable. */
export function useZoom(
  room: { readonly current: HTMLElement | null },
  picture: { readonly width: number; readonly height: number } | undefined,
  what: "all" | "width",
): Zoom {
  const [value, setValue] = useState(1);
  const factorToFit = (part: "all" | "width") => {
    const { clientWidth = 0, clientHeight = 0 } = room.current ?? {};
    if (!picture) return 1;
    const height = part === "all" ? clientHeight / picture.height : 1;
    return Math.min(clientWidth / picture.width, height, 1);
  };
  useLayoutEffect(() => setValue(Math.max(factorToFit(what), minReadable)), [picture]);
  return {
    value,
    by: (factor) => setValue((now) => clamp(now * factor)),
    fit: () => setValue(clamp(factorToFit("all"))),
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

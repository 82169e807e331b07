// What each chart page has in common: eight boxes of one size, and the function that the bench calls.

import { CHARTS, POINTS, type Row, walk } from "./walk";

export interface Page {
  /** Takes the first rows of the window and draws. */
  start(boxes: readonly HTMLElement[], rows: readonly Row[]): void;
  /** Takes one row more, lets the oldest go, and draws. */
  add(row: Row): void;
}

declare global {
  interface Window {
    /** Adds `updates` rows, one each `pauseMilliseconds` and with a picture of its own. */
    drive(updates: number, pauseMilliseconds: number): Promise<void>;
  }
}

const picture = (): Promise<number> => new Promise(requestAnimationFrame);
const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

export function serve(page: Page): void {
  document.body.style.cssText = "margin: 0; display: grid; grid-template-columns: 620px 620px; gap: 8px";
  const boxes = Array.from({ length: CHARTS }, () => {
    const box = document.createElement("div");
    box.style.cssText = "position: relative; height: 210px; overflow: hidden";
    document.body.append(box);
    return box;
  });
  const rows = walk();
  const next = (): Row => rows.next().value;
  page.start(boxes, Array.from({ length: POINTS }, next));
  window.drive = async (updates, pauseMilliseconds) => {
    for (let update = 0; update < updates; update += 1) {
      page.add(next());
      await picture();
      await picture();
      await pause(pauseMilliseconds);
    }
  };
}

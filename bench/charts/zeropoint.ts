// The page's own chart element, fed as the page feeds it: samples into one timeline that all charts share.

import { ZpChart } from "../../web/elements/chart";
import { Timeline } from "../../web/elements/timeline";
import { serve } from "./drive";
import { LINES, POINTS, type Row } from "./walk";

const HEADER_PIXELS = 24;
const timeline = new Timeline({ longestSeconds: 600 });
timeline.window = { points: POINTS };
timeline.connected = true;

const name = (value: number): string => `walk_${value}_percent`;
let sequence = 0;

function append(row: Row): void {
  sequence += 1;
  timeline.append({
    id: `bench-${sequence}`,
    timestamp: new Date(row.time).toISOString(),
    interval_seconds: 1,
    ...Object.fromEntries(row.values.map((value, index) => [name(index), value])),
  });
}

serve({
  start(boxes, rows) {
    for (const [number, box] of boxes.entries()) {
      const chart = new ZpChart();
      chart.style.setProperty("--zp-plot-height", `${box.clientHeight - HEADER_PIXELS}px`);
      chart.heading = `Chart ${number}`;
      chart.axis = "percent";
      chart.timeline = timeline;
      chart.lines = ([1, 2, 3] as const).map((tone) => ({
        path: [name(number * LINES + tone - 1)],
        label: `line ${tone - 1}`,
        tone,
      }));
      for (const line of chart.lines) timeline.column(line.path);
      box.append(chart);
    }
    for (const row of rows) append(row);
  },
  add: append,
});

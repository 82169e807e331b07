// Chart.js as its documentation shows it for a line that moves: labels and values are pushed and shifted.

import Chart, { type ChartOptions } from "chart.js/auto";
import type { Page } from "./drive";
import { LINES, type Row } from "./walk";

const label = (row: Row): string => new Date(row.time).toLocaleTimeString("en-GB");

export function chartJs(options: ChartOptions<"line">): Page {
  let charts: Chart<"line", number[], string>[] = [];
  return {
    start(boxes, rows) {
      charts = boxes.map((box, number) => {
        const canvas = document.createElement("canvas");
        box.append(canvas);
        const datasets = Array.from({ length: LINES }, (_, line) => ({
          label: `line ${line}`,
          data: rows.map((row) => row.values[number * LINES + line] ?? Number.NaN),
        }));
        return new Chart<"line", number[], string>(canvas, {
          type: "line",
          data: { labels: rows.map(label), datasets },
          options: { maintainAspectRatio: false, ...options },
        });
      });
    },
    add(row) {
      for (const [number, chart] of charts.entries()) {
        chart.data.labels?.push(label(row));
        chart.data.labels?.shift();
        for (const [line, dataset] of chart.data.datasets.entries()) {
          dataset.data.push(row.values[number * LINES + line] ?? Number.NaN);
          dataset.data.shift();
        }
        chart.update();
      }
    },
  };
}

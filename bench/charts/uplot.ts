// uPlot, for reference: it draws lines and little else, with columns of numbers as its input.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { serve } from "./drive";
import { LINES, type Row } from "./walk";

const COLOURS = ["#36a2eb", "#ff6384", "#4bc0c0"];
let charts: uPlot[] = [];
let columns: number[][][] = [];

const numbers = (row: Row, chart: number): number[] => [
  row.time / 1000,
  ...row.values.slice(chart * LINES, (chart + 1) * LINES),
];

serve({
  start(boxes, rows) {
    columns = boxes.map((_, number) => {
      const table = rows.map((row) => numbers(row, number));
      return Array.from({ length: LINES + 1 }, (_, column) => table.map((row) => row[column] ?? Number.NaN));
    });
    charts = boxes.map((box, number) => {
      const series = [{}, ...COLOURS.map((stroke, line) => ({ label: `line ${line}`, stroke }))];
      const legendPixels = 30;
      const options = { width: box.clientWidth, height: box.clientHeight - legendPixels, series };
      return new uPlot(options, columns[number] as uPlot.AlignedData, box);
    });
  },
  add(row) {
    for (const [number, chart] of charts.entries()) {
      const values = numbers(row, number);
      for (const [column, list] of (columns[number] ?? []).entries()) {
        list.push(values[column] ?? Number.NaN);
        list.shift();
      }
      chart.setData(columns[number] as uPlot.AlignedData);
    }
  },
});

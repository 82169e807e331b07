// Runs in each page before its own scripts. It looks and notes; it changes nothing that the page does.

(() => {
  const LIMIT_MILLISECONDS = 60_000;
  const PAUSE_MILLISECONDS = 10;

  const violations = [];
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    violations.push(`${violatedDirective} ${blockedURI}`),
  );

  // What is drawn on each canvas since it was last cleared, out of the calls that draw it.
  const pictures = new WeakMap();
  const pictureOf = (canvas) => {
    if (!pictures.has(canvas)) pictures.set(canvas, { count: 0, lines: [], areas: [], rectangles: [], texts: [], path: [] });
    return pictures.get(canvas);
  };
  const before = (name, note) => {
    const original = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      note(pictureOf(this.canvas), this, given);
      return original.apply(this, given);
    };
  };
  const point = (picture, _pen, [x, y]) => picture.path.push([x, y]);
  before("beginPath", (picture) => (picture.path = []));
  before("moveTo", point);
  before("lineTo", point);
  before("stroke", (picture, pen) => picture.lines.push({ colour: pen.strokeStyle, points: [...picture.path] }));
  before("fill", (picture, pen) => {
    const isPattern = pen.fillStyle instanceof CanvasPattern;
    picture.areas.push({ isPattern, colour: isPattern ? null : pen.fillStyle, points: [...picture.path] });
  });
  before("fillRect", (picture, pen, [x, , width]) => {
    picture.rectangles.push({ isPattern: pen.fillStyle instanceof CanvasPattern, left: x, right: x + width });
  });
  before("fillText", (picture, pen, [text]) => picture.texts.push({ text: String(text), colour: pen.fillStyle }));
  before("putImageData", (picture) => (picture.count += 1));
  before("clearRect", (picture, { canvas }, [x, y, width, height]) => {
    if (x > 0 || y > 0 || width < canvas.width || height < canvas.height) return;
    Object.assign(picture, { count: picture.count + 1, lines: [], areas: [], rectangles: [], texts: [] });
  });

  /** Every element, through all shadow roots. */
  function* elements(root = document) {
    for (const element of root.querySelectorAll("*")) {
      yield element;
      if (element.shadowRoot !== null) yield* elements(element.shadowRoot);
    }
  }

  const dashboard = () => document.querySelector("zp-dashboard");
  const find = (selector) => [...elements()].find((element) => element.matches(selector));
  const chart = (heading) => [...elements()].find((element) => element.matches("zp-chart") && element.heading === heading);
  const canvas = (heading) => chart(heading).shadowRoot.querySelector("canvas");
  const picture = (heading) => pictureOf(canvas(heading));

  // By a clock and not by pictures: a hidden tab has none. The policy forbids Playwright's own way, which is eval().
  async function until(condition) {
    const startedAt = performance.now();
    while (!condition()) {
      if (performance.now() - startedAt > LIMIT_MILLISECONDS) throw new Error(`never came true: ${condition}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
  }

  /** Ends when the page shows another sample than `id`, and all its parts do. */
  async function sampleAfter(id) {
    const shown = () => dashboard()?.dataset.sample ?? "";
    await until(() => shown() !== id);
    await new Promise((settled) => setTimeout(settled));
    return shown();
  }

  /** How often the canvas of each chart and strip has been drawn. */
  const drawn = () => [...elements()].filter((element) => element.matches("canvas")).map((one) => pictureOf(one).count);

  const timeline = () => chart("CPU").timeline;
  const sequence = (id) => Number(id.split("-")[1]);

  /** The window over the charts' rows, with the time of each row in it. */
  function view() {
    const { startMilliseconds, endMilliseconds, first, rows, count } = timeline().view();
    const inside = Array.from({ length: count }, (_, row) => timeline().rows.time(first + rows - count + row));
    return { sample: timeline().sample.id, startMilliseconds, endMilliseconds, times: inside };
  }

  /** All values that the page shows, and the sample that it says they are of. */
  function readings() {
    const values = [...elements()].filter((element) => element.hasAttribute("data-metric"));
    return {
      sample: dashboard().dataset.sample,
      values: values.map((element) => ({
        metric: element.dataset.metric,
        value: element.dataset.value ?? null,
        missing: element.dataset.missing ?? null,
        of: Number(element.dataset.of ?? 1),
        text: element.shadowRoot.textContent.trim(),
        title: element.title,
        label: element.getAttribute("aria-label") ?? "",
      })),
    };
  }

  /** The charts' memory: each row's time, and the column of each line and strip. */
  function rows() {
    const { rows, newest } = timeline();
    const paths = [...elements()].flatMap((element) =>
      element.matches("zp-chart") ? element.lines : element.matches("zp-strip") ? element.rows : [],
    );
    const all = Array.from({ length: rows.count }, (_, row) => row);
    const column = ({ path }) => all.map((row) => timeline().series(path).value(row));
    return {
      newest: newest.id,
      times: all.map((row) => rows.time(row)),
      broken: all.filter((row) => rows.broken(row)),
      // NaN does not travel; null is what it stands for.
      columns: paths.map((line) => [line.path, column(line).map((value) => (Number.isNaN(value) ? null : value))]),
    };
  }

  globalThis.inside = {
    violations, elements, find, dashboard, chart, canvas, picture, pictureOf, drawn,
    until, sampleAfter, timeline, sequence, view, readings, rows,
  };
})();

// The page: what its controls do, and what is drawn when.

const SLICE = 11; // milliseconds of training between two frames
const REDRAW = 70; // milliseconds between two drawings while it trains; rarer where motion is unwelcome
const CALM_REDRAW = 500;
const LINES = 3; // drawings for one of the lines between units, while it trains
const COARSE = 22; // corners of a unit's map, less one
const [QUICK, SHARP] = [24, 64]; // corners of the plane at rest, less one: before all else is there, and then

class Playground {
  constructor(spec) {
    this.spec = spec;
    this.shape = new Shape(spec);
    this.palette = new Palette();
    this.trainer = new Trainer(spec);
    this.columns = columnsOf(spec);
    this.edges = edgesOf(spec, this.columns);
    this.sampled = new Sampled(this.trainer, this.columns, this.shape);
    this.measured = new Measured();
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.shows = "weights";
    this.drawings = 0;
    this.unit = null; // the unit whose map the plot shows, as [column, unit]
    [this.fine, this.sharp] = [48, QUICK]; // corners of the plane, less one, in motion and at rest
    for (const element of document.querySelectorAll(".accuracy")) element.hidden = this.shape.kind === "regression";
    const sizes = this.columns.map(({ units }) => units.length).join("–");
    const count = grouped(spec.start.length);
    $("summary").textContent = `${spec.saving.class} ${sizes} · ${count} parameter${spec.start.length === 1 ? "" : "s"}${spec.saving.loss ? ` · loss: ${spec.saving.loss.replaceAll("_", " ")}` : ""}`;
    const kinds = { 1: CurvePicture, 2: PlanePicture };
    this.picture = new (kinds[this.shape.inputs] ?? AgreementPicture)($("plot"), this.palette);
    this.lossCurve = new CurvesPicture($("loss-curve"), this.palette, "loss");
    this.accuracyCurve = new CurvesPicture($("accuracy-curve"), this.palette, "accuracy");
    this.histogram = new HistogramPicture($("histogram"), this.palette);
    this.network = new Network($("network"), { columns: this.columns, edges: this.edges, inputs: this.shape.inputs }, this.palette, {
      unit: (c, u) => this.unitChosen(c, u),
      weight: (parameter) => this.weightChosen(parameter),
      told: (parameter) => `${this.trainer.names[parameter]} = ${show(this.trainer.parameters[parameter])}, gradient ${show(this.trainer.gradient[parameter])}`,
      change: () => this.draw(),
    });
    this.why = new Why(this);
    const tested = new Set(spec.test);
    this.examples = new Examples(this, spec.X.map((x, i) => ({ x, y: spec.y[i], test: tested.has(i) })));
    this.learning = new Learning(this);
    this.links = new Links(this);
    this.downloads = new Downloads(this);
    this.listen();
    this.setData();
    this.measure();
    if (this.links.restore()) this.measured = new Measured();
    this.settle();
    (window.requestIdleCallback ?? setTimeout)(() => this.finish()); // Safari has no idle callback
  }

  // What can wait until the page is seen.
  finish() {
    this.sharp = SHARP;
    this.examples.thumbnails();
    if (!this.playing) this.drawPlot();
  }

  listen() {
    $("play").addEventListener("click", () => this.play(!this.playing));
    $("step").addEventListener("click", () => this.once(() => this.trainer.step()));
    $("epoch").addEventListener("click", () => this.once(() => this.trainer.epoch()));
    $("reset").addEventListener("click", () => this.restart());
    $("speed").addEventListener("change", () => (this.owed = 0));
    $("logarithmic").addEventListener("change", () => this.changed());
    $("whole").addEventListener("click", () => this.unitChosen(...(this.unit ?? [])));
    for (const radio of document.getElementsByName("shows")) radio.addEventListener("change", () => this.showLines(radio.value));
    document.addEventListener("keydown", (event) => this.key(event));
    const observer = new ResizeObserver(() => this.playing || this.size === this.measuredSize() || this.draw());
    for (const place of ["plot", "progress"]) observer.observe($(place));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.palette.read();
      this.examples.thumbnails();
      this.examples.swatches();
      this.draw();
    });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]):not([type=radio]), select, textarea")) return;
    const pressed = event.key.toLowerCase();
    const plain = { s: () => $("step").click(), e: () => $("epoch").click(), r: () => $("reset").click(), g: () => this.showLines(this.shows === "weights" ? "gradients" : "weights") };
    if (pressed === " " && !event.target.closest("button, summary, input")) $("play").click();
    else if (plain[pressed]) plain[pressed]();
    else return;
    event.preventDefault();
  }

  // Tell the reader something; an empty text takes back what was told.
  tell(place, text) {
    $(place).hidden = !text;
    write($(place), text);
  }

  // -- training -----------------------------------------------------------------------------------------------------

  play(on) {
    if (on === Boolean(this.playing)) return;
    document.body.classList.toggle("playing", on);
    $("play").setAttribute("aria-label", on ? "Pause" : "Play");
    this.tell("note", "");
    if (!on) {
      cancelAnimationFrame(this.playing);
      this.playing = null;
      return this.settle();
    }
    this.tell("trouble", "");
    [this.owed, this.last, this.drawn] = [0, performance.now(), 0];
    this.window = [{ time: this.last, steps: this.trainer.steps, drawings: this.drawings }];
    const tick = (now) => {
      this.playing = requestAnimationFrame(tick);
      this.advance(now);
    };
    this.playing = requestAnimationFrame(tick);
  }

  // As many steps as the speed asks for since the last frame, and as a frame has time for.
  advance(now) {
    const rate = Number($("speed").value);
    this.owed = rate ? Math.min(this.owed + (rate * (now - this.last)) / 1000, rate) : Infinity;
    this.last = now;
    const until = performance.now() + SLICE;
    while (this.owed >= 1 && performance.now() < until) {
      this.owed -= 1;
      if (this.trainer.step() === null) return this.stopped();
    }
    if (now - this.drawn < (this.still.matches ? CALM_REDRAW : REDRAW)) return;
    this.drawn = now;
    this.pace(now);
    this.measure();
    this.draw();
  }

  // How many steps and drawings there were in the last two seconds.
  pace(now) {
    this.window.push({ time: now, steps: this.trainer.steps, drawings: this.drawings });
    while (this.window.length > 2 && now - this.window[0].time > 2000) this.window.shift();
    const [first, last] = [this.window[0], this.window.at(-1)];
    const seconds = (last.time - first.time) / 1000;
    if (!(seconds > 0)) return;
    this.speed = { steps: (last.steps - first.steps) / seconds, drawings: (last.drawings - first.drawings) / seconds };
    write($("pace"), `${grouped(Math.round(this.speed.steps))} steps a second`);
  }

  once(act) {
    this.play(false);
    this.tell("trouble", "");
    this.tell("note", "");
    if (act() === null) this.stopped();
    else this.settle();
  }

  // Training can't go on: say why.
  stopped() {
    const { trainer } = this;
    const why = trainer.branchChanged ?? trainer.trouble ?? "The loss is not a number.";
    this.play(false);
    this.tell("trouble", why[0].toUpperCase() + why.slice(1));
  }

  // Back to the numbers of the start, with the examples and the settings that are now.
  restart() {
    this.play(false);
    const { trainer } = this;
    const settings = this.learning.settings();
    trainer.reset();
    if (!this.examples.isGiven) trainer.random = new PythonRandom(this.examples.seed);
    this.learning.apply(settings);
    this.measured = new Measured();
    this.tell("trouble", "");
    this.setData();
    this.settle();
  }

  // -- what changed -------------------------------------------------------------------------------------------------

  // The trainer gets the examples as they are now.
  setData() {
    const { points } = this.examples;
    const indices = (test) => points.flatMap((point, i) => (point.test === test ? [i] : []));
    try {
      this.trainer.setData(points.map(({ x }) => x), points.map(({ y }) => y), indices(false), indices(true));
      this.tell("warning", complaint(points, this.shape));
      this.learning.show();
    } catch (error) {
      this.tell("warning", error.message);
    }
  }

  dataChanged({ again = false } = {}) {
    if (again) return this.restart();
    this.setData();
    if (!this.playing) this.settle();
  }

  chosenChanged() {
    this.draw();
    this.links.later();
  }

  // A weight was set or frozen: the loss and all gradients follow.
  numbersChanged() {
    this.tell("trouble", "");
    if (!this.playing) this.settle();
  }

  changed() {
    this.draw();
    this.links.later();
  }

  showLines(which) {
    this.shows = which;
    for (const radio of document.getElementsByName("shows")) radio.checked = radio.value === which;
    this.changed();
  }

  // Explain a weight; where the explanation is out of sight it comes into it.
  weightChosen(parameter) {
    this.why.weight = parameter;
    this.changed();
    $("product").scrollIntoView({ block: "nearest" });
  }

  // Show a unit's map in place of the output, and what leads into it; once more, the output again.
  unitChosen(c, u) {
    const same = this.unit && this.unit[0] === c && this.unit[1] === u;
    this.unit = same || c === undefined ? null : [c, u];
    const name = this.unit ? this.columns[c].units[u].name : "";
    const edges = this.unit ? this.edges.filter(({ to }) => to && to[0] === c && to[1] === u) : [];
    this.why.unitChosen(name, edges);
    $("whole").hidden = !this.unit;
    $("picture-title").textContent = this.unit ? name : "Output";
    this.changed();
  }

  // Training rests: gradients of all training examples, everything drawn, and the address follows.
  settle() {
    const { trainer } = this;
    trainer.branchChanged = trainer.trouble = null; // which drawing may have left
    if (trainer.differentiate(trainer.trainIndices) === null) {
      const why = trainer.branchChanged ?? trainer.trouble;
      this.tell("trouble", why[0].toUpperCase() + why.slice(1));
    }
    this.measure();
    this.draw();
    write($("pace"), "");
    this.links.later();
  }

  batchTold() {
    const { trainer } = this;
    const whole = !this.playing || !trainer.batchSize || trainer.batchSize >= trainer.trainIndices.length;
    return whole ? "over all training examples" : "over the last batch";
  }

  measure() {
    const { trainer } = this;
    const [train, test] = [trainer.trainIndices, trainer.testIndices].map((indices) => ({ loss: trainer.lossOf(indices), accuracy: trainer.accuracyOf(indices) }));
    this.now = { step: trainer.steps, train, test };
    this.measured.add(this.now);
  }

  // -- drawing ------------------------------------------------------------------------------------------------------

  // How large the pictures are.
  measuredSize() {
    return ["plot", "progress"].map((place) => `${$(place).clientWidth} × ${$(place).clientHeight}`).join(", ");
  }

  draw() {
    const begun = performance.now();
    this.size = this.measuredSize();
    this.counts();
    this.drawPlot();
    const slowly = !this.playing || this.drawings % 12 === 0;
    if (slowly) this.states = this.sampled.states();
    this.drawNetwork();
    this.drawCurves();
    if (slowly) {
      this.drawHealth();
      this.why.rule();
    }
    if (!this.playing) this.why.pass();
    this.examples.fillForm();
    this.drawings += 1;
    // As fine as some 20 milliseconds a drawing allow.
    const took = performance.now() - begun;
    if (!this.playing && took > 80) this.sharp = Math.max(24, Math.round(0.8 * this.sharp));
    if (this.playing) this.fine = clamp(Math.round(this.fine * (took > 28 ? 0.9 : took < 14 ? 1.06 : 1)), 20, 72);
  }

  counts() {
    const percent = (x) => (x === null ? "—" : `${(100 * x).toFixed(x === 1 ? 0 : 1)} %`);
    const { train, test, step } = this.now;
    write($("steps"), grouped(step));
    write($("epochs"), grouped(this.trainer.epochs));
    write($("train-loss"), train.loss === null ? "—" : show(train.loss));
    write($("test-loss"), test.loss === null ? "—" : show(test.loss));
    write($("train-accuracy"), percent(train.accuracy));
    write($("test-accuracy"), percent(test.accuracy));
  }

  drawPlot() {
    const { shape, examples, trainer, unit, sampled } = this;
    const { points, chosen, domain } = examples;
    const predictions = points.map(({ x }) => sampled.predict(x));
    const wrong = shape.kind === "regression" ? null : points.map(({ y }, i) => trainer.classOf(predictions[i]) !== shape.classOf(y));
    let view = { shape, points, chosen, wrong, domain, predictions, scale: new Scale(shape, points) };
    if (shape.inputs <= 2) {
      const n = shape.inputs === 1 ? 160 : this.playing ? this.fine : this.sharp;
      const outputs = sampled.places(n, domain).map((x) => (unit ? [sampled.unitsAt(x)[unit[0]][unit[1]]] : sampled.predict(x)));
      view = { ...view, n, outputs };
      if (unit) view = { ...view, single: true, scale: Scale.around(outputs) };
    }
    this.picture.draw(view);
    this.tellChosen(predictions[chosen], wrong?.[chosen]);
  }

  tellChosen(prediction, wrong) {
    const { shape, examples, trainer } = this;
    const { points, chosen } = examples;
    const { x, y, test } = points[chosen];
    const inputs = shape.inputNames.slice(0, 4).map((name, k) => `${name} ${show(x[k])}`).join(", ");
    const target = shape.kind === "regression" ? `target ${[y].flat().map(show).join(", ")}` : `class ${shape.className(shape.classOf(y))}`;
    const verdict = shape.kind === "regression" ? "" : `: ${wrong ? `wrong, taken for ${shape.className(trainer.classOf(prediction))}` : "right"}`;
    const output = prediction.slice(0, 4).map(show).join(", ");
    const loss = trainer.lossOf([chosen]);
    const told = `Example ${chosen + 1}${test ? " (test)" : ""}: ${inputs}${shape.inputs > 4 ? " …" : ""}, ${target}. Output ${output}${prediction.length > 4 ? " …" : ""}${verdict}. Loss ${loss === null ? "—" : show(loss)}.`;
    if (!this.playing) write($("plot-told"), told);
  }

  drawNetwork() {
    const { trainer, shape, examples, sampled } = this;
    const { x } = examples.points[examples.chosen];
    const numbers = this.shows === "weights" ? trainer.parameters : trainer.gradient;
    const n = shape.inputs === 1 ? 60 : Math.min(COARSE, this.fine);
    this.network.drawUnits(sampled.maps(shape.inputs > 2 ? [x] : sampled.places(n, examples.domain)), n);
    if (this.playing && this.drawings % LINES) return; // lines are dear
    this.network.drawWeights(numbers, { chosen: this.why.weight, frozen: trainer.frozen });
    const sign = this.shows === "weights" ? "Weights" : "Gradients";
    write($("legend"), `${sign}: width and colour by size, the widest ${show(this.network.most)}. Short bars are biases. Click a line for its chain rule, a unit for its map.`);
    if (!this.playing) this.network.describe(sampled.unitsAt(x), this.states, this.unit);
  }

  drawCurves() {
    const { entries } = this.measured;
    const of = (key) => entries.map(({ step, train, test }) => ({ step, train: train[key], test: test[key] }));
    const logarithmic = $("logarithmic").checked;
    this.lossCurve.draw(of("loss").map((entry) => this.numbers(entry)), logarithmic);
    const classes = this.shape.kind !== "regression";
    $("accuracy-curve").hidden = !classes;
    if (classes) this.accuracyCurve.draw(of("accuracy").map((entry) => this.numbers(entry)), false, [0, 1]);
    if (this.playing) return;
    const { train, test } = this.now;
    $("loss-curve").setAttribute("aria-label", `Loss over ${entries.length} measurements: training ${train.loss ?? "none"}, test ${test.loss ?? "none"}`);
    $("accuracy-curve").setAttribute("aria-label", `Accuracy: training ${train.accuracy ?? "none"}, test ${test.accuracy ?? "none"}`);
  }

  numbers({ step, train, test }) {
    return { step, train: train ?? NaN, test: test ?? NaN };
  }

  drawHealth() {
    const layers = gradientsByLayer(this.trainer.names, this.trainer.gradient);
    this.histogram.draw(layers.slice(0, MOST_LAYERS));
    const told = healthInWords(layers, this.columns, this.states);
    const list = $("health-told");
    if (list.dataset.told === told.join("\n")) return;
    list.dataset.told = told.join("\n");
    list.replaceChildren(...told.map((text) => make("li", { textContent: text })));
    $("histogram").setAttribute("aria-label", `Sizes of gradients by layer. ${told.join(" ")}`);
  }
}

const page = new Playground(SPEC);

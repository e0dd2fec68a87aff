// The data card and the plot: which examples there are, and how one changes them.

const WIDEST_FORM = 8; // inputs of an example that have fields

class Examples {
  constructor(app, given) {
    this.app = app;
    this.shape = app.shape;
    this.given = given;
    this.set = "given";
    const tested = given.filter(({ test }) => test).length;
    Object.assign(this, { noise: 0.1, share: Math.round((100 * tested) / given.length), count: clamp(given.length, 2, 2000), seed: Number.isSafeInteger(Number(app.spec.seed)) ? Math.abs(Number(app.spec.seed)) : 0 });
    this.isGiven = true; // and the order of the batches is that of fit, until another seed is asked for
    this.points = this.copy(given);
    this.chosen = 0;
    this.adding = Math.max(this.shape.classes - 1, 0);
    this.target = 0;
    this.refit();
    this.build();
  }

  copy(points) {
    return points.map(({ x, y, test }) => ({ x: [...x], y, test }));
  }

  refit() {
    this.domain = extent(this.points, this.shape.inputs);
  }

  // -- the data card ------------------------------------------------------------------------------------------------

  build() {
    const { app } = this;
    const sets = [["given", "Given"], ...fitting(this.shape).map((name) => [name, DATASETS[name].title])];
    this.buttons = new Map();
    for (const [name, title] of sets) {
      const canvas = make("canvas");
      const button = make("button", { type: "button", role: "radio" }, canvas, title);
      button.dataset.set = name;
      button.addEventListener("click", () => this.choose(name));
      button.addEventListener("keydown", (event) => this.walk(event));
      this.buttons.set(name, { button, canvas });
      $("sets").append(button);
    }
    $("noise").addEventListener("input", () => this.sampled({ noise: Number($("noise").value) }));
    $("share").addEventListener("input", () => {
      this.share = Number($("share").value);
      this.divide();
      this.show();
      app.dataChanged();
    });
    const tell = (text) => app.tell("note", text);
    this.fields = {
      count: new NumberField($("count"), { test: (n) => Number.isInteger(n) && n >= 2 && n <= 2000, allowed: "give a whole number from 2 to 2,000", tell, use: (count) => this.sampled({ count }) }),
      seed: new NumberField($("seed"), { test: (n) => Number.isSafeInteger(n) && n >= 0, allowed: "give a whole number, 0 or more", tell, use: (seed) => this.sampled({ seed }) }),
    };
    $("fresh").addEventListener("click", () => this.sampled({ seed: this.seed + 1 }));
    $("own-reset").addEventListener("click", () => this.choose(this.from ?? "given"));
    $("remove").addEventListener("click", () => this.remove());
    $("csv-use").addEventListener("click", () => this.paste());
    this.buildAdding();
    this.buildForm();
    this.listen();
    this.describe();
    this.show();
  }

  // What one is told of a click, of keys and of tables.
  describe() {
    const { shape } = this;
    const classes = shape.labels.map((_, c) => shape.className(c)).join(", ");
    const last = shape.kind === "regression" ? shape.targetNames.join(", ") : `class (${classes})`;
    $("csv-what").textContent = `One line an example: ${shape.inputNames.slice(0, 6).join(", ")}${shape.inputs > 6 ? ` … ${shape.inputNames.at(-1)}` : ""}, ${last}. Commas, semicolons, tabs or spaces between; a first line of names is fine.`;
    const table = shape.kind === "classes" && shape.inputs > 2;
    const clicks = this.editable ? "Click to add a point, drag one to move it. " : table ? "Rows are what examples are, columns what they are taken for. " : "Click an example to choose it. ";
    $("plot-keys").textContent = table ? clicks.trim() : `${clicks}Hollow marks are for testing${shape.kind === "regression" ? "" : ", dark rims are wrong"}.`;
  }

  choose(set) {
    this.from = null;
    this.set = set;
    if (DATASETS[set]) this.noise = DATASETS[set].noise;
    this.sample();
    this.app.dataChanged({ again: true });
  }

  // New examples after another noise, count or seed; the learner's own stay, only their split is another.
  sampled(settings) {
    if ("seed" in settings) this.isGiven = false;
    Object.assign(this, settings);
    if (this.set === "own") {
      this.divide();
      this.show();
    } else this.sample();
    this.app.dataChanged({ again: true });
  }

  sample() {
    if (this.set === "given") {
      this.points = this.copy(this.given);
      const tested = this.given.filter(({ test }) => test).length;
      if (this.share !== Math.round((100 * tested) / this.given.length)) this.divide();
    } else {
      const random = new PythonRandom(this.seed);
      this.points = builtIn(this.set, this.shape, this.count, this.noise, random);
      this.divide();
    }
    this.chosen = clamp(this.chosen, 0, this.points.length - 1);
    this.refit();
    this.show();
  }

  divide() {
    split(this.points, this.share / 100, new PythonRandom(this.seed));
  }

  show() {
    for (const [name, { button }] of this.buttons) {
      const on = name === this.set;
      button.setAttribute("aria-checked", String(on));
      button.tabIndex = on || (this.set === "own" && name === "given") ? 0 : -1;
    }
    const made = Boolean(DATASETS[this.set]);
    $("noise").disabled = $("count").disabled = !made;
    $("noise").value = this.noise;
    $("noise-shown").value = made ? this.noise.toFixed(2) : "—";
    $("share").value = this.share;
    $("share-shown").value = `${this.points.filter(({ test }) => test).length} of ${this.points.length}`;
    this.fields.count.set(made ? this.count : this.points.length);
    this.fields.seed.set(this.seed);
    $("own-reset").disabled = this.set !== "own";
    $("remove").disabled = this.points.length < 2;
  }

  walk(event) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const names = [...this.buttons.keys()];
    const next = names[(Math.max(names.indexOf(event.currentTarget.dataset.set), 0) + step + names.length) % names.length];
    this.choose(next);
    this.buttons.get(next).button.focus();
  }

  // Small pictures of the sets.
  thumbnails() {
    const { palette } = this.app;
    for (const [name, { canvas }] of this.buttons) {
      const points = name === "given" ? this.given : builtIn(name, this.shape, 90, DATASETS[name].noise / 2, new PythonRandom(1));
      const [context, size] = [canvas.getContext("2d"), 88];
      [canvas.width, canvas.height] = [size, size];
      const flat = this.shape.inputs === 1;
      const scale = new Scale(this.shape, points);
      const domain = extent(points.map(({ x, y }) => ({ x: flat ? [x[0], this.height(y)] : x.slice(0, 2) })), 2);
      for (const { x, y } of points.slice(0, 300)) {
        const [a, b] = flat ? [x[0], this.height(y)] : x;
        const c = this.shape.classOf(y);
        context.fillStyle = Palette.css(this.shape.kind === "regression" ? (flat ? palette.positive : palette.signed(scale.of([y].flat()[0]))) : palette.ofClass(c, this.shape.classes));
        context.beginPath();
        context.arc((size * (a - domain[0][0])) / (domain[0][1] - domain[0][0]), size - (size * (b - domain[1][0])) / (domain[1][1] - domain[1][0]), 3.2, 0, 7);
        context.fill();
      }
    }
  }

  // How high an example of one input stands.
  height(y) {
    return this.shape.kind === "regression" ? [y].flat()[0] : this.shape.classOf(y);
  }

  // -- editing ------------------------------------------------------------------------------------------------------

  buildAdding() {
    const { shape } = this;
    if (shape.inputs > 2 || (shape.kind === "regression" && shape.inputs === 1)) return void ($("adds").hidden = true);
    if (shape.kind === "regression") {
      const field = make("input", { inputMode: "decimal", value: "0" });
      field.setAttribute("aria-label", "target of a point that is added");
      new NumberField(field, { test: Number.isFinite, allowed: "a target is a number", tell: (text) => this.app.tell("note", text), use: (target) => (this.target = target) });
      return $("adds").append(field);
    }
    for (let c = 0; c < shape.classes; c++) {
      const radio = make("input", { type: "radio", name: "adds", value: String(c), checked: c === this.adding });
      radio.addEventListener("change", () => (this.adding = c));
      const swatch = make("i", { className: c % 2 ? "swatch square" : "swatch" });
      $("adds").append(make("label", {}, radio, " ", swatch, shape.className(c)));
    }
    this.swatches();
  }

  swatches() {
    document.querySelectorAll("#adds .swatch").forEach((swatch, c) => (swatch.style.background = Palette.css(this.app.palette.ofClass(c, this.shape.classes))));
  }

  // Fields for the chosen example's numbers.
  buildForm() {
    const { shape } = this;
    if (shape.inputs > WIDEST_FORM) $("point").hidden = true;
    else this.buildFields();
    $("point").addEventListener("submit", (event) => {
      event.preventDefault();
      const { x, y } = this.points[this.chosen];
      this.add([...x], y);
    });
  }

  buildFields() {
    const { shape, app } = this;
    const field = (name, allowed, use) => {
      const input = make("input", { inputMode: "decimal" });
      $("point").append(make("label", {}, name, input));
      return new NumberField(input, { test: Number.isFinite, allowed, tell: (text) => app.tell("note", text), use });
    };
    this.inputs = shape.inputNames.map((name, k) => field(name, `${name} is a finite number`, (number) => this.moved((point) => (point.x[k] = number))));
    if (shape.kind === "regression") {
      this.targets = shape.targetNames.map((name, k) =>
        field(name, `${name} is a finite number`, (number) => this.moved((point) => (point.y = shape.target([point.y].flat().with(k, number))))),
      );
    } else {
      this.choice = make("select", {}, ...shape.labels.map((_, c) => make("option", { value: String(c), textContent: shape.className(c) })));
      this.choice.setAttribute("aria-label", "class of the example");
      this.choice.addEventListener("change", () => this.moved((point) => (point.y = shape.labels[Number(this.choice.value)])));
      $("point").append(make("label", {}, "class", this.choice));
    }
  }

  fillForm() {
    const point = this.points[this.chosen];
    if (!this.inputs || !point) return;
    const fill = (field, number) => document.activeElement !== field.field && field.set(Number(number.toPrecision(6)));
    this.inputs.forEach((field, k) => fill(field, point.x[k]));
    this.targets?.forEach((field, k) => fill(field, [point.y].flat()[k]));
    if (this.choice) this.choice.value = String(this.shape.classOf(point.y));
  }

  pick(i) {
    this.chosen = (i + this.points.length) % this.points.length;
    this.app.chosenChanged();
  }

  // Change the chosen example.
  moved(change) {
    const point = this.points[this.chosen];
    if (!point) return;
    change(point);
    this.edited();
  }

  add(x, y) {
    if (this.points.length >= 5000) return this.app.tell("note", "There are 5,000 examples already; delete some first.");
    this.points.push({ x, y, test: false });
    this.chosen = this.points.length - 1;
    this.edited();
  }

  remove() {
    if (this.points.length < 2) return this.app.tell("note", "This is the last example; a model needs one to train on.");
    this.points.splice(this.chosen, 1);
    this.chosen = Math.min(this.chosen, this.points.length - 1);
    this.edited();
  }

  // After a change by hand the examples are the learner's own; training goes on from where it is.
  edited() {
    if (this.set !== "own") this.from = this.set;
    this.set = "own";
    const all = extent(this.points, this.shape.inputs);
    this.domain = this.domain.map(([low, high], k) => {
      const inside = this.points.every(({ x }) => x[k] >= low && x[k] <= high);
      return inside ? [low, high] : [Math.min(low, all[k][0]), Math.max(high, all[k][1])];
    });
    this.show();
    this.app.dataChanged();
  }

  paste() {
    const { app } = this;
    try {
      const { points, note } = parseTable($("csv").value, this.shape);
      $("csv-trouble").textContent = "";
      if (this.set !== "own") this.from = this.set;
      this.points = points;
      this.set = "own";
      this.chosen = 0;
      this.divide();
      this.refit();
      this.show();
      app.dataChanged({ again: true });
      app.tell("note", `${points.length} examples from the table. ${note}`.trim());
    } catch (error) {
      $("csv-trouble").textContent = error.message;
    }
  }

  // -- mouse, fingers and keys on the plot --------------------------------------------------------------------------

  listen() {
    const plot = $("plot");
    const inside = (event) => {
      const box = plot.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    // A finger on a point drags it; beside points it scrolls the page.
    const onPoint = (event) => this.editable && this.app.picture.nearest(...inside(event.touches[0]), 20) >= 0 && event.preventDefault();
    plot.addEventListener("touchstart", onPoint, { passive: false });
    plot.addEventListener("pointerdown", (event) => {
      if (event.button > 0) return;
      const at = inside(event);
      const near = this.app.picture.nearest(...at, event.pointerType === "touch" ? 20 : 10);
      this.press = { at, near, dragged: false };
      if (near >= 0) this.pick(near);
      plot.setPointerCapture(event.pointerId);
    });
    plot.addEventListener("pointermove", (event) => {
      const { press } = this;
      if (!press || press.near < 0 || !this.editable) return;
      const at = inside(event);
      if (!press.dragged && Math.hypot(at[0] - press.at[0], at[1] - press.at[1]) < 4) return; // a click may tremble
      press.dragged = true;
      const axes = this.app.picture.axes;
      this.place(axes.at(clamp(at[0], axes.box.left, axes.box.left + axes.box.width), clamp(at[1], axes.box.top, axes.box.top + axes.box.height)));
    });
    plot.addEventListener("pointerup", (event) => {
      const { press } = this;
      this.press = null;
      if (!press || press.near >= 0 || !this.editable) return;
      const { axes } = this.app.picture;
      const [x, y] = axes.at(...inside(event));
      if (x < axes.x[0] || x > axes.x[1] || y < axes.y[0] || y > axes.y[1]) return;
      const { shape } = this;
      if (shape.inputs === 2) return this.add([x, y], shape.kind === "regression" ? shape.target(new Array(shape.targetNames.length).fill(this.target)) : shape.labels[this.adding]);
      this.add([x], shape.kind === "regression" ? shape.target([y]) : shape.labels[this.adding]);
    });
    plot.addEventListener("pointercancel", () => (this.press = null));
    plot.addEventListener("keydown", (event) => this.key(event));
  }

  // Whether the plot shows examples where their inputs are.
  get editable() {
    return this.shape.inputs === 2 || (this.shape.inputs === 1 && (this.shape.kind !== "regression" || this.shape.targetNames.length === 1));
  }

  // Put the chosen example to a place of the plot.
  place([x, y]) {
    this.moved((point) => {
      point.x[0] = x;
      if (this.shape.inputs === 2) point.x[1] = y;
      else if (this.shape.kind === "regression") point.y = this.shape.target([y]);
    });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { axes } = this.app.picture;
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const point = this.points[this.chosen];
    if (by && event.shiftKey && this.editable && point) {
      const now = this.shape.inputs === 2 ? point.x : [point.x[0], [point.y].flat()[0]];
      this.place(now.map((v, k) => v + 0.02 * by[k] * ([axes.x, axes.y][k][1] - [axes.x, axes.y][k][0])));
    } else if (by && !event.shiftKey) this.pick(this.chosen + (by[0] || -by[1]));
    else if (event.key === "Delete" || event.key === "Backspace") this.remove();
    else if (event.key.toLowerCase() === "a" && point) this.add([...point.x], this.shape.kind === "regression" ? point.y : this.shape.labels[this.adding]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

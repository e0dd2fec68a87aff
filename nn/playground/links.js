// The state of the page in its address: what is set, the numbers, and the learner's own examples.

const LONGEST_LINK = 60000;
const RANGES = { noise: [0, 1], share: [0, 100], count: [2, 2000], seed: [0, Number.MAX_SAFE_INTEGER] };
const PATIENCE = 3000; // milliseconds of training before the page is shown

// Rows of numbers, as the letters of their bytes; everything else as JSON.
const packed = (thing) =>
  JSON.stringify(thing, (_, value) => {
    if (!Array.isArray(value) || value.length < 6 || !value.every((x) => typeof x === "number")) return value;
    const whole = value.every((x) => Number.isInteger(x) && x >= 0 && x < 2 ** 32 && !Object.is(x, -0));
    const bytes = new Uint8Array((whole ? Uint32Array : Float64Array).from(value).buffer);
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return { [whole ? "u" : "f"]: btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") };
  });

const unpacked = (text) =>
  JSON.parse(text, (_, value) => {
    const letters = value?.u ?? value?.f;
    if (typeof letters !== "string") return value;
    const bytes = Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    return [...new (value.u === undefined ? Float64Array : Uint32Array)(bytes.buffer)];
  });

class Links {
  constructor(app) {
    this.app = app;
    $("link").addEventListener("click", () => this.copy());
    addEventListener("hashchange", () => {
      if (location.hash.slice(1) !== this.written) location.reload(); // somebody has put another one there
    });
  }

  // All that a reader of the link shall see.
  state() {
    const { trainer, examples, why, shows, unit } = this.app;
    const { set, noise, share, count, seed, isGiven, chosen, points, from } = examples;
    const own = set === "own" ? { x: points.map(({ x }) => x).flat(), y: points.map(({ y }) => y).flat(), test: points.map(({ test }) => Number(test)), from } : undefined;
    return { set, noise, share, count, seed, isGiven, chosen, own, shows, unit, weight: why.weight, speed: $("speed").value, logarithmic: $("logarithmic").checked, numbers: trainer.state() };
  }

  // Write the address, soon.
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.app.playing || this.write(), 250);
  }

  write() {
    const state = this.state();
    let text = encodeURIComponent(packed(state));
    this.short = text.length > LONGEST_LINK;
    if (this.short) text = encodeURIComponent(packed({ ...state, numbers: undefined, own: undefined, set: state.own ? (state.own.from ?? "given") : state.set }));
    this.written = text;
    try {
      history.replaceState(null, "", `#${text}`);
    } catch {
      $("link").hidden = true; // a frame in a notebook has no address of its own
      return void ($("files-what").textContent = "");
    }
    $("files-what").textContent = this.short
      ? "The address of this page holds the settings; the numbers are too many for it, take the JSON."
      : "The address of this page holds the settings, the numbers and your own examples.";
  }

  // Begin where the address says; returns whether what was measured before is of no use then.
  restore() {
    const text = location.hash.slice(1);
    if (!text) return false;
    this.written = text;
    const { app } = this;
    const steps = /^steps=(\d{1,6})$/.exec(text);
    if (steps) return this.train(Number(steps[1]));
    const before = { ...app.examples };
    try {
      const state = unpacked(decodeURIComponent(text));
      const { examples, trainer } = app;
      const { set, own, numbers } = state;
      const sets = ["given", ...fitting(app.shape)];
      if (![...sets, "own"].includes(set)) throw new Error(`no set of examples is called ${String(set).slice(0, 40)}`);
      for (const [name, [low, high]] of Object.entries(RANGES)) {
        if (!(state[name] >= low && state[name] <= high)) throw new Error(`${name} is ${String(state[name]).slice(0, 40)}`);
        examples[name] = state[name];
      }
      examples.set = set;
      examples.isGiven = state.isGiven !== false;
      if (own) {
        const { inputs } = app.shape;
        const width = own.y.length / own.test.length;
        examples.points = own.test.map((test, i) => ({ x: own.x.slice(i * inputs, (i + 1) * inputs), y: width === 1 ? own.y[i] : own.y.slice(i * width, (i + 1) * width), test: test === 1 }));
        examples.from = sets.includes(own.from) ? own.from : null;
        examples.refit();
      } else examples.sample();
      app.setData();
      if (numbers) trainer.load(numbers);
      examples.chosen = clamp(Math.trunc(state.chosen) || 0, 0, examples.points.length - 1);
      app.why.weight = clamp(Math.trunc(state.weight) || 0, 0, trainer.names.length - 1);
      if (["weights", "gradients"].includes(state.shows)) app.shows = state.shows;
      if (state.unit && app.columns[state.unit[0]]?.units[state.unit[1]]) app.unitChosen(...state.unit);
      if ([...$("speed").options].some(({ value }) => value === state.speed)) $("speed").value = state.speed;
      $("logarithmic").checked = state.logarithmic === true;
      examples.show();
      app.learning.build();
      app.showLines(app.shows);
      return true;
    } catch (error) {
      Object.assign(app.examples, before);
      app.trainer.reset();
      app.setData();
      app.examples.show();
      app.learning.build();
      app.tell("note", `The address holds a state that this page can’t read (${error.message}); it begins as it was made.`);
      return false;
    }
  }

  // A short address that people write, #steps=300: begin after so many steps, as far as there is patience for.
  train(goal) {
    const { app } = this;
    const until = performance.now() + PATIENCE;
    while (app.trainer.steps < goal && performance.now() < until) {
      if (app.trainer.step() === null) return false; // settle() tells why
      if (app.trainer.steps % Math.ceil(goal / 200) === 0) app.measure();
    }
    if (app.trainer.steps < goal) app.tell("note", `These are ${grouped(app.trainer.steps)} of the ${grouped(goal)} steps that the address asks for; press Play to go on.`);
    return false;
  }

  async copy() {
    this.write();
    try {
      await navigator.clipboard.writeText(location.href);
      this.app.tell("note", `The link is copied: ${grouped(location.href.length)} characters.`);
    } catch {
      this.app.tell("note", "The link is in the address bar; copy it from there.");
    }
  }
}

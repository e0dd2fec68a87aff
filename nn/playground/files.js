// What one takes along: a picture, Python code that goes on, a file that nn.load reads.

// A number as Python writes it.
const pythonNumber = (x) => {
  if (Number.isInteger(x) && Math.abs(x) < 1e16) return Object.is(x, -0) ? "-0.0" : `${x}.0`;
  const [figures, power] = x.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) return x.toFixed(Math.max(figures.replace(/[-.]/g, "").length - 1 - exponent, 0));
  return `${figures}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
};

const pythonText = (text) => `"${JSON.stringify(text).slice(1, -1).replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;

// Plain data as Python's json.dumps(content, sort_keys=True, separators=(",", ":")) writes it; whole numbers are told
// apart from floats by the class Whole.
class Whole {
  constructor(number) {
    this.number = number;
  }
}

const asJson = (thing) => {
  if (thing === null || typeof thing === "boolean") return String(thing);
  if (thing instanceof Whole) return String(thing.number);
  if (typeof thing === "number") return pythonNumber(thing);
  if (typeof thing === "string") return pythonText(thing);
  if (Array.isArray(thing) || ArrayBuffer.isView(thing)) return `[${Array.from(thing, asJson).join(",")}]`;
  const keys = Object.keys(thing).sort((a, b) => compareText(a, b));
  return `{${keys.map((key) => `${pythonText(key)}:${asJson(thing[key])}`).join(",")}}`;
};

// As Python orders texts: by their characters' numbers.
const compareText = (a, b) => {
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i].codePointAt(0) - y[i].codePointAt(0);
  return x.length - y.length;
};

// SHA-256 of ASCII text, in hexadecimal: https://doi.org/10.6028/NIST.FIPS.180-4. The browser's own is missing in
// frames without a secure address, as notebooks have them.
const sha256 = (text) => {
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32) | 0;
  const k = primes.map((p) => fraction(Math.cbrt(p)));
  const hash = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
  const bytes = new Uint8Array(64 * Math.ceil((text.length + 9) / 64));
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  bytes[text.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 8, Math.floor(text.length / 2 ** 29));
  view.setUint32(bytes.length - 4, (text.length * 8) >>> 0);
  const turn = (x, by) => (x >>> by) | (x << (32 - by));
  const w = new Int32Array(64);
  for (let block = 0; block < bytes.length; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(block + 4 * i);
    for (let i = 16; i < 64; i++) {
      const [s, t] = [w[i - 15], w[i - 2]];
      w[i] = w[i - 16] + (turn(s, 7) ^ turn(s, 18) ^ (s >>> 3)) + w[i - 7] + (turn(t, 17) ^ turn(t, 19) ^ (t >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = hash;
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => (hash[i] = (hash[i] + x) | 0));
  }
  return hash.map((x) => (x >>> 0).toString(16).padStart(8, "0")).join("");
};

class Files {
  constructor(app) {
    this.app = app;
    this.name = app.spec.title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").toLowerCase() || "playground";
    $("save-png").addEventListener("click", () => this.picture());
    $("save-python").addEventListener("click", () => this.save("py", "text/x-python", this.python()));
    $("save-json").addEventListener("click", () => this.json());
  }

  save(ending, type, content) {
    const blob = content instanceof Blob ? content : new Blob([content], { type });
    const link = make("a", { href: URL.createObjectURL(blob), download: `${this.name}.${ending}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  // -- picture ------------------------------------------------------------------------------------------------------

  // The network, the plot and the curves, as they are on the screen.
  picture() {
    const { palette, shape, trainer, now } = this.app;
    const network = $("network").getBoundingClientRect();
    const parts = [$("plot"), $("loss-curve"), ...(shape.kind === "regression" ? [] : [$("accuracy-curve")])];
    const side = Math.max(...parts.map(({ clientWidth }) => clientWidth));
    const gap = 16;
    const [width, height] = [network.width + side + 3 * gap, Math.max(network.height, parts.reduce((sum, part) => sum + part.clientHeight + gap, 0)) + 40 + gap];
    const canvas = make("canvas", { width: 2 * width, height: 2 * height });
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    context.fillStyle = palette.card;
    context.fillRect(0, 0, width, height);
    context.fillStyle = palette.ink;
    context.font = "600 15px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.fillText(`${this.app.spec.title} · ${trainer.steps.toLocaleString("en")} steps · loss ${spelled(Number((now.train.loss ?? NaN).toPrecision(4)))}`, gap, 22);
    const [left, top] = [gap, 40];
    context.drawImage($("lines"), left, top, network.width, network.height);
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "center";
    for (const element of $("network").querySelectorAll("button.unit, span.column")) {
      const box = element.getBoundingClientRect();
      const [x, y] = [left + box.left - network.left, top + box.top - network.top];
      if (element.matches("span")) {
        context.fillStyle = palette.quiet;
        context.fillText(element.textContent, x + box.width / 2, y + box.height / 2, box.width);
      } else {
        context.drawImage(element.querySelector("canvas"), x, y, box.width, box.height);
        context.strokeStyle = palette.quiet;
        context.strokeRect(x, y, box.width, box.height);
      }
    }
    let y = top;
    for (const part of parts) {
      context.drawImage(part, left + network.width + gap, y, part.clientWidth, part.clientHeight);
      y += part.clientHeight + gap;
    }
    canvas.toBlob((blob) => this.save("png", "image/png", blob));
  }

  // -- Python -------------------------------------------------------------------------------------------------------

  python() {
    const { trainer, examples, spec } = this.app;
    const { told } = spec;
    const { optimizer, names } = trainer;
    const kind = optimizer.constructor.name;
    const literal = (thing) => {
      if (typeof thing === "boolean") return thing ? "True" : "False";
      if (typeof thing === "number") return pythonNumber(thing);
      return Array.isArray(thing) ? `[${thing.map(literal).join(", ")}]` : pythonText(thing);
    };
    const target = (y) => (this.app.shape.kind === "classes" && !Array.isArray(y) ? String(y) : literal(y));
    const rows = (name, points) => [
      `${name} = [`, ...points.map(({ x }) => `    ${told.input ? this.structured(told.input, x, literal) : literal(x)},`), "]",
      `${name === "X" ? "y" : "y_test"} = [${points.map(({ y }) => target(y)).join(", ")}]`,
    ];
    const training = examples.points.filter(({ test }) => !test);
    const testing = examples.points.filter(({ test }) => test);
    const options = Object.entries(optimizer.options).filter(([name]) => name !== "learning_rate").map(([name, value]) => `${name}=${literal(value)}`);
    const imported = [...told.imports, kind, "fit", ...(trainer.penalty ? ["l2_penalty"] : [])];
    const frozen = names.filter((_, i) => trainer.frozen[i]);
    const state = optimizer.state();
    const content = { learning_rate: optimizer.options.learning_rate, options: Object.fromEntries(Object.entries(optimizer.options).slice(1)), steps: optimizer.steps, state };
    const lines = [
      `"""${spec.title.replaceAll('"', "'").replaceAll("\\", "/")}, as the playground left it after ${trainer.steps} steps, and on from there."""`,
      "",
      ...(trainer.batchSize ? ["import random", ""] : []),
      `from nn import ${[...new Set(imported)].sort().join(", ")}`,
      ...told.others.map((line) => line),
      "",
      ...told.before,
      `model = ${told.model}`,
      `model.load_state_dict({`,
      ...names.map((name, i) => `    ${pythonText(name)}: ${pythonNumber(trainer.parameters[i])},`),
      "})",
      ...(frozen.length ? ["named = dict(model.named_parameters())", `model.freeze([named[name] for name in [${frozen.map(pythonText).join(", ")}]])`] : []),
      "",
      ...rows("X", training),
      ...(testing.length ? rows("X_test", testing) : []),
      "",
      `optimizer = ${kind}(model.parameters(), ${[pythonNumber(optimizer.learningRate), ...options].join(", ")})`,
    ];
    if (Object.keys(state).length)
      lines.push(
        "optimizer.load_state_dict({",
        `    "learning_rate": ${pythonNumber(content.learning_rate)},`,
        `    "options": {${Object.entries(content.options).map(([name, value]) => `${pythonText(name)}: ${literal(value)}`).join(", ")}},`,
        `    "steps": ${content.steps},`,
        `    "state": {`,
        ...Object.entries(content.state).map(([name, numbers]) => `        ${pythonText(name)}: [${numbers.map(pythonNumber).join(", ")}],`),
        "    },",
        "})",
      );
    const arguments_ = ["model", "X", "y", `loss=${told.loss}`, "optimizer=optimizer", "epochs=100"];
    if (trainer.batchSize) {
      const [version, words, next] = trainer.random.getState();
      lines.push("generator = random.Random()", `generator.setstate((${version}, (${words.join(", ")}), ${next === null ? "None" : pythonNumber(next)}))`);
      arguments_.push(`batch_size=${trainer.batchSize}`, "seed=generator");
    }
    if (testing.length) arguments_.push("validation=(X_test, y_test)");
    if (trainer.penalty) arguments_.push(`penalty=lambda model: l2_penalty(model, ${pythonNumber(trainer.penalty)})`);
    lines.push(`history = fit(${arguments_.join(", ")})`, "print(history.loss[-1])", "");
    return lines.join("\n");
  }

  // -- JSON ---------------------------------------------------------------------------------------------------------

  // The file that model.save(path, optimizer, generator) writes.
  json() {
    const { trainer, spec } = this.app;
    const { saved, whyNotSaved } = spec.told;
    if (!saved) return this.app.tell("note", `There is no file to make: ${whyNotSaved}. Take the Python code.`);
    const { names, parameters, frozen, optimizer } = trainer;
    const wrong = names.find((_, i) => !Number.isFinite(parameters[i]));
    if (wrong !== undefined) return this.app.tell("note", `${wrong} is ${spelled(parameters[names.indexOf(wrong)])}, which no file holds; set it, or start again.`);
    const whole = (thing) => (Number.isInteger(thing) ? new Whole(thing) : Array.isArray(thing) ? thing.map(whole) : thing !== null && typeof thing === "object" ? Object.fromEntries(Object.entries(thing).map(([key, value]) => [key, whole(value)])) : thing);
    const { learning_rate, ...options } = optimizer.options;
    const [version, words, next] = trainer.random.getState();
    const content = {
      model: { ...whole(saved.model), parameters: Object.fromEntries(names.map((name, i) => [name, parameters[i]])), frozen: names.filter((_, i) => frozen[i]) },
      optimizer: { class: optimizer.constructor.name, module: "nn", trains: names.map((_, i) => new Whole(i)), learning_rate, options, steps: new Whole(optimizer.steps), state: optimizer.state() },
      generator: { $generator: new Whole(saved.generators.length) },
      generators: [...whole(saved.generators), [new Whole(version), words.map((word) => new Whole(word)), next]],
    };
    const text = asJson(content);
    this.save("json", "application/json", `{"format":"${saved.format}","version":${saved.version},"checksum":"${sha256(text)}","content":${text}}\n`);
  }
}

// What a playground is taken home as: a file that nn.load reads, and Python that goes on from the page's numbers.

// A float as Python writes it.
const pythonFloat = (x) => {
  const size = Math.abs(x);
  if (x !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent] = x.toExponential().split("e");
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  }
  const text = Object.is(x, -0) ? "-0" : String(x);
  return text.includes(".") ? text : `${text}.0`;
};

// A text in the quotes that JSON and Python share, of ASCII alone.
const quoted = (text) =>
  JSON.stringify(text).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

// Text that stands in the file as it is.
class Raw {
  constructor(text) {
    this.text = text;
  }
}

// Writes numbers, lists and objects as Python's json.dumps does, or as Python itself. Whole numbers are BigInt: a Number
// is a float.
class Writer {
  constructor({ nothing, truth, comma, colon, sorted }) {
    Object.assign(this, { nothing, truth, comma, colon, sorted });
  }

  write(thing) {
    if (thing === null) return this.nothing;
    if (thing instanceof Raw) return thing.text;
    if (typeof thing === "boolean") return this.truth[Number(thing)];
    if (typeof thing === "bigint") return String(thing);
    if (typeof thing === "number") return pythonFloat(thing);
    if (typeof thing === "string") return quoted(thing);
    if (Array.isArray(thing)) return `[${thing.map((part) => this.write(part)).join(this.comma)}]`;
    const keys = this.sorted ? Object.keys(thing).sort() : Object.keys(thing);
    return `{${keys.map((key) => quoted(key) + this.colon + this.write(thing[key])).join(this.comma)}}`;
  }
}

const JSON_WORDS = { nothing: "null", truth: ["false", "true"], comma: ",", colon: ":" };
const JSON_WRITER = new Writer(JSON_WORDS);
const CHECKSUM_WRITER = new Writer({ ...JSON_WORDS, sorted: true });
const PYTHON_WRITER = new Writer({ nothing: "None", truth: ["False", "True"], comma: ", ", colon: ": " });

// Bits of the fractions of √2, √3, √5, ... or, of the cube roots, as SHA-256 begins with.
const fractions = (count, root) => {
  const found = [];
  for (let n = 2; found.length < count; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) prime &&= n % d !== 0;
    if (prime) found.push((n ** root * 2 ** 32) >>> 0);
  }
  return found;
};

// The SHA-256 of an ASCII text, in hexadecimal digits.
// Source: FIPS 180-4, section 6.2.
const sha256 = (text) => {
  const constants = fractions(64, 1 / 3);
  const hash = fractions(8, 1 / 2);
  const length = text.length;
  const words = new Uint32Array((((length + 8) >> 6) + 1) * 16);
  for (let i = 0; i < length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
  words[length >> 2] |= 0x80 << (24 - 8 * (length & 3));
  words[words.length - 2] = Math.floor(length / 2 ** 29);
  words[words.length - 1] = length * 8;
  const turned = (x, n) => (x >>> n) | (x << (32 - n));
  const w = new Uint32Array(64);
  for (let block = 0; block < words.length; block += 16) {
    w.set(words.subarray(block, block + 16));
    for (let i = 16; i < 64; i++) {
      const [early, late] = [w[i - 15], w[i - 2]];
      const first = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
      const second = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
      w[i] = w[i - 16] + first + w[i - 7] + second;
    }
    let [a, b, c, d, e, f, g, h] = hash;
    for (let i = 0; i < 64; i++) {
      const first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + constants[i] + w[i];
      const second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => (hash[i] = (hash[i] + x) >>> 0));
  }
  return hash.map((x) => x.toString(16).padStart(8, "0")).join("");
};

const whole = (numbers) => [...numbers].map(BigInt);

class Files {
  constructor(trainer) {
    this.trainer = trainer;
  }

  // Why there is no file for nn.load, in words; null if there is one.
  get refusal() {
    return this.trainer.spec.saving.refusal;
  }

  // Their names are the model's own; those of the page are short enough to be shown.
  get names() {
    return this.trainer.spec.saving.names ?? this.trainer.names;
  }

  parameters() {
    const { names } = this;
    const { parameters } = this.trainer;
    const lost = parameters.findIndex((number) => !Number.isFinite(number));
    if (lost >= 0) throw new Error(`the parameter ${names[lost]} is ${parameters[lost]}; reset, and train with a lower learning rate`);
    return Object.fromEntries(names.map((name, i) => [name, parameters[i]]));
  }

  frozen() {
    return this.names.filter((_, i) => this.trainer.frozen[i]);
  }

  // The optimiser's state_dict(), with whole numbers as BigInt.
  optimizer() {
    const { optimizer } = this.trainer;
    const { learning_rate, ...options } = optimizer.options;
    return { learning_rate, options, steps: BigInt(optimizer.steps), state: optimizer.state() };
  }

  // The random generator's getstate(), in lists.
  generator() {
    const [version, words, next] = this.trainer.random.getState();
    return [BigInt(version), whole(words), next];
  }

  // The text of a file that nn.load reads: model, optimiser and random generator as they are now.
  json() {
    const { saving } = this.trainer.spec;
    if (saving.refusal) throw new Error(saving.refusal);
    const content = {
      model: {
        architecture: new Raw(saving.architecture),
        class: saving.class,
        module: saving.module,
        parameters: this.parameters(),
        frozen: this.frozen(),
      },
      optimizer: {
        class: this.trainer.optimizer.constructor.name,
        module: "nn",
        trains: whole(this.trainer.names.keys()),
        ...this.optimizer(),
      },
      generator: { $generator: BigInt(saving.generators.length) },
      generators: [...saving.generators.map((text) => new Raw(text)), this.generator()],
    };
    const checksum = sha256(CHECKSUM_WRITER.write(content));
    return `${JSON_WRITER.write({ ...saving.kind, version: BigInt(saving.kind.version), checksum, content })}\n`;
  }

  // Python that goes on from here, as the next epoch of the page would.
  python() {
    const { trainer } = this;
    const { saving, title } = trainer.spec;
    const name = trainer.optimizer.constructor.name;
    const text = (thing) => PYTHON_WRITER.write(thing);
    const { X, y } = this.data(trainer.trainIndices);
    const used = [name, "fit", ...saving.imports, ...(trainer.penalty ? ["l2_penalty"] : [])];
    const [version, words, next] = this.generator();
    const fit = [`loss=${saving.loss ?? "loss"}`, "optimizer=optimizer", "epochs=100"];
    if (trainer.batchSize !== null) fit.push(`batch_size=${trainer.batchSize}`);
    fit.push("seed=generator");
    const test = trainer.testIndices.length ? this.data(trainer.testIndices) : null;
    if (test) fit.push("validation=(X_test, y_test)");
    if (trainer.penalty) fit.push(`penalty=lambda model: l2_penalty(model, ${pythonFloat(trainer.penalty)})`);
    const lines = [
      `# ${title.replace(/\s+/g, " ")}: after ${trainer.steps} steps in the playground. Run it to go on.`,
      "import random",
      "",
      `from nn import ${[...new Set(used)].sort().join(", ")}`,
      "",
      `X = ${text(X)}`,
      `y = ${text(y)}`,
      ...(test ? [`X_test = ${text(test.X)}`, `y_test = ${text(test.y)}`] : []),
      ...(saving.X === null ? ["# X has all numbers of an input in one row: put them back into the structure that the model takes."] : []),
      `model = ${saving.model ?? `...  # put yours here, the ${saving.class} that the page was made of`}`,
      ...(saving.loss ? [] : ["loss = ...  # put yours here"]),
      ...(saving.isModule
        ? [`model.load_state_dict(${text(this.parameters())})`, "parameters = model.parameters()"]
        : [
            "parameters = ...  # put the list of its parameters here, in the order of the page's",
            `for parameter, number in zip(parameters, ${text(Object.values(this.parameters()))}, strict=True):`,
            "    parameter.data = number",
          ]),
      ...this.frozenLines(),
      `optimizer = ${name}(parameters, ${pythonFloat(trainer.optimizer.learningRate)})`,
      `optimizer.load_state_dict(${text(this.optimizer())})`,
      "generator = random.Random()",
      `generator.setstate((${version}, (${words.join(", ")}), ${text(next)}))`,
      "",
      `history = fit(model, X, y, ${fit.join(", ")})`,
      "print(history.loss[-1])",
    ];
    return `${lines.join("\n")}\n`;
  }

  frozenLines() {
    const { trainer } = this;
    const places = [...trainer.frozen.keys()].filter((i) => trainer.frozen[i]);
    if (!places.length || !trainer.spec.saving.isModule) return [];
    return [`model.freeze([parameters[i] for i in [${places.join(", ")}]])`];
  }

  // Some examples as Python has them.
  data(indices) {
    const { X, y, spec } = this.trainer;
    const input = (x) => (spec.saving.X === "number" ? x[0] : [...x]);
    return { X: indices.map((i) => input(X[i])), y: indices.map((i) => y[i]) };
  }
}

// The examples: built-in sets, pasted tables, points put there by hand, and their split into training and test.

// What a model takes and gives decides which examples fit it. A shape is
//   { kind: "binary" | "classes" | "regression", threshold, inputs, outputs, labels, scalar, inputNames, targetNames }
// where labels are the targets that stand for the classes, as the loss takes them: numbers, or one-hot rows; and
// scalar says whether a regression's target is a number, not a row.
class Shape {
  constructor({ task, inputs, targets, y, program }) {
    const { parameters, names, outputs } = program;
    Object.assign(this, { kind: task.kind, threshold: task.threshold ?? 0, inputs, outputs: outputs.length });
    this.scalar = targets === 1;
    this.inputNames = names.slice(parameters, parameters + inputs);
    this.targetNames = names.slice(parameters + inputs, parameters + inputs + targets);
    this.labels = [];
    if (task.kind === "binary") this.labels = y.includes(-1) ? [-1, 1] : [0, 1];
    if (task.kind === "classes") this.labels = Array.from({ length: task.classes }, (_, c) => (this.scalar ? c : Array.from({ length: targets }, (_, k) => Number(k === c))));
  }

  // A regression's target as the loss takes it.
  target(numbers) {
    return this.scalar ? numbers[0] : numbers;
  }

  get classes() {
    return this.labels.length;
  }

  // Which class a target stands for; −1 if none.
  classOf(target) {
    const text = JSON.stringify(target);
    return this.labels.findIndex((label) => JSON.stringify(label) === text);
  }

  className(c) {
    const label = this.labels[c];
    return Array.isArray(label) ? `class ${c}` : String(label).replace("-", "−");
  }
}

// The built-in sets. `make` gives the i-th of n points, as [inputs, class or target]; `noise` moves inputs, of a
// regression the target.
const classified = (classes) => (shape) => shape.kind !== "regression" && shape.inputs === 2 && classes(shape.classes);
const any = () => true;
const DATASETS = {
  moons: {
    title: "Moons",
    fits: classified((classes) => classes === 2),
    noise: 0.1,
    make(i, n, shape) {
      const angle = (Math.PI * Math.floor(i / 2)) / Math.max(Math.floor((n - 1) / 2), 1);
      const [x, y] = [Math.cos(angle), Math.sin(angle)];
      return i % 2 ? [[1 - x, 0.5 - y], 0] : [[x, y], 1];
    },
  },
  circles: {
    title: "Circles",
    fits: classified(any),
    noise: 0.08,
    make(i, n, shape, random) {
      const [c, angle] = [i % shape.classes, 2 * Math.PI * random.random()];
      const radius = 1.2 * ((c + 0.35) / (shape.classes - 0.65));
      return [[radius * Math.cos(angle), radius * Math.sin(angle)], c];
    },
  },
  spiral: {
    title: "Spiral",
    fits: classified(any),
    noise: 0.03,
    make(i, n, shape) {
      const c = i % shape.classes;
      const t = (Math.floor(i / shape.classes) + 1) / Math.ceil(n / shape.classes);
      const angle = 1.25 * 2 * Math.PI * t + (2 * Math.PI * c) / shape.classes;
      return [[1.2 * t * Math.sin(angle), 1.2 * t * Math.cos(angle)], c];
    },
  },
  xor: {
    title: "XOR",
    fits: (shape) => shape.kind !== "regression" && shape.classes === 2 && shape.inputs >= 2 && shape.inputs <= 8,
    noise: 0.1,
    make(i, n, shape, random) {
      const x = Array.from({ length: shape.inputs }, () => 2 * random.random() - 1);
      return [x.map((v) => v + 0.1 * Math.sign(v)), x.filter((v) => v > 0).length % 2];
    },
  },
  clusters: {
    title: "Clusters",
    fits: (shape) => shape.kind !== "regression" && shape.inputs <= 50,
    noise: 0.25,
    make(i, n, shape) {
      const c = i % shape.classes;
      const angle = (2 * Math.PI * c) / shape.classes + Math.PI / 4;
      if (shape.inputs === 1) return [[shape.classes === 1 ? 0 : (2 * c) / (shape.classes - 1) - 1], c];
      return [Array.from({ length: shape.inputs }, (_, k) => (k % 2 ? Math.sin : Math.cos)(angle * (1 + (k >> 1)))), c];
    },
  },
  sine: {
    title: "Sine",
    fits: (shape) => shape.kind === "regression" && shape.targetNames.length === 1 && shape.inputs <= 2,
    noise: 0.1,
    make(i, n, shape, random) {
      if (shape.inputs === 1) {
        const x = n > 1 ? -3 + (6 * i) / (n - 1) : 0;
        return [[x], Math.sin(x)];
      }
      const x = [6 * random.random() - 3, 6 * random.random() - 3];
      return [x, Math.sin(x[0]) * Math.cos(x[1])];
    },
  },
};

const fitting = (shape) => Object.keys(DATASETS).filter((name) => DATASETS[name].fits(shape));

// Points of a built-in set: { x, y, test }, all of them for training until they are split.
const builtIn = (name, shape, count, noise, random) => {
  return Array.from({ length: count }, (_, i) => {
    const [x, answer] = DATASETS[name].make(i, count, shape, random);
    if (shape.kind === "regression") return { x, y: shape.target([random.gauss(answer, noise)]), test: false };
    return { x: x.map((v) => random.gauss(v, noise)), y: shape.labels[answer], test: false };
  });
};

// Put a share of the points aside for testing, chosen by chance.
const split = (points, share, random) => {
  const order = points.map((_, i) => i);
  random.shuffle(order);
  const aside = new Set(order.slice(0, Math.min(Math.round(share * points.length), points.length - 1)));
  points.forEach((point, i) => (point.test = aside.has(i)));
};

// -- a pasted table ---------------------------------------------------------------------------------------------------

const MOST_LINES = 20000;

// The points of a pasted table: a line an example, the inputs first, then the targets. Columns are separated by commas,
// semicolons, tabs or spaces; a first line without any number is their names. Says what is wrong, and where.
const parseTable = (text, shape) => {
  const lines = text.split(/\r?\n/).map((line, i) => ({ number: i + 1, line: line.trim() })).filter(({ line }) => line && !line.startsWith("#"));
  if (!lines.length) throw new Error("There is nothing in the box. Paste lines of numbers, one line an example.");
  if (lines.length > MOST_LINES) throw new Error(`These are ${lines.length} lines; no more than ${MOST_LINES} are read.`);
  const separator = [";", "\t", ","].find((mark) => lines[0].line.includes(mark)) ?? " ";
  const cells = (line) => (separator === " " ? line.split(/\s+/) : line.split(separator)).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const table = lines.map(({ number, line }) => ({ number, row: cells(line) }));
  const targets = shape.kind === "regression" ? shape.targetNames : ["class"];
  const columns = [...shape.inputNames, ...targets];
  if (table[0].row.every((cell) => Number.isNaN(numberOf(cell, separator))) && table.length > 1) table.shift();
  for (const { number, row } of table)
    if (row.length !== columns.length)
      throw new Error(`Line ${number} has ${row.length} column${row.length === 1 ? "" : "s"}, but this model needs ${columns.length}: ${columns.join(", ")}.`);
  const inputs = table.map(({ number, row }) => row.slice(0, shape.inputs).map((cell, k) => inTable(cell, separator, number, columns[k])));
  const answers =
    shape.kind === "regression"
      ? table.map(({ number, row }) => row.slice(shape.inputs).map((cell, k) => inTable(cell, separator, number, targets[k])))
      : classesOf(table.map(({ number, row }) => ({ number, text: row.at(-1) })), shape, separator);
  const points = inputs.map((x, i) => ({ x, y: shape.kind === "regression" ? shape.target(answers[i]) : answers[i], test: false }));
  return { points, note: answers.note ?? "" };
};

// A decimal comma is one where commas don't separate columns.
const numberOf = (cell, separator) => {
  const plain = cell.replace("−", "-").replace(separator === "," ? "" : /^(-?\d*),(\d+)$/, separator === "," ? "" : "$1.$2");
  return plain === "" || /^[-+]?0[xob]/i.test(plain) ? NaN : Number(plain);
};

const inTable = (cell, separator, line, column) => {
  const number = numberOf(cell, separator);
  if (Number.isFinite(number)) return number;
  const what = cell === "" ? "is empty" : `is “${cell.slice(0, 40)}”`;
  throw new Error(`Line ${line}, column ${column} ${what}, which is not a finite number.`);
};

// Classes as they stand in the table: the labels of this model, or as many other numbers or words, in their order.
const classesOf = (cells, shape, separator) => {
  const known = cells.map(({ text }) => {
    const number = numberOf(text, separator);
    return Array.isArray(shape.labels[0]) ? (Number.isInteger(number) && number >= 0 && number < shape.classes ? number : -1) : shape.labels.indexOf(number);
  });
  if (!known.includes(-1)) return known.map((c) => shape.labels[c]);
  const names = [...new Set(cells.map(({ text }) => text))];
  const numbers = names.map((name) => numberOf(name, separator));
  const order = names.slice().sort(numbers.some(Number.isNaN) ? undefined : (a, b) => numberOf(a, separator) - numberOf(b, separator));
  if (names.includes("")) throw new Error(`Line ${cells.find(({ text }) => text === "").number} has no class in its last column.`);
  if (names.length > shape.classes || names.length < 2) {
    const all = shape.labels.map((_, c) => shape.className(c)).join(", ");
    const at = cells[known.indexOf(-1)];
    const found = names.length > shape.classes ? `The last column has ${names.length} different entries, but the model tells ${shape.classes} classes apart` : "The last column has one class only";
    throw new Error(`${found} (${all}); line ${at.number} says “${at.text.slice(0, 40)}”.`);
  }
  const targets = cells.map(({ text }) => shape.labels[order.indexOf(text)]);
  targets.note = `Classes: ${order.map((name, c) => `“${name.slice(0, 30)}” is ${shape.className(c)}`).join(", ")}.`;
  return targets;
};

// -- what is wrong with the points ------------------------------------------------------------------------------------

// A sentence about points that can't be learned from, or an empty text.
const complaint = (points, shape) => {
  const training = points.filter((point) => !point.test);
  if (!training.length) return "There is no example to train on. Add one, or press Reset data.";
  if (shape.kind === "regression") return "";
  const present = new Set(training.map((point) => shape.classOf(point.y)));
  if (present.size > 1) return "";
  const only = shape.className([...present][0]);
  return `All training examples are of class ${only}: there is nothing to tell apart. Add points of another class.`;
};

// The corners of a plot that holds all points: the lowest and highest of each input, with a margin.
const extent = (points, inputs) =>
  Array.from({ length: inputs }, (_, k) => {
    let [low, high] = [Infinity, -Infinity];
    for (const { x } of points) [low, high] = [Math.min(low, x[k]), Math.max(high, x[k])];
    if (!(high > low)) [low, high] = Number.isFinite(low) ? [low - 1, high + 1] : [-1, 1];
    const margin = 0.15 * (high - low);
    return [low - margin, high + margin];
  });

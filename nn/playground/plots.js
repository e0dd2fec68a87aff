// What pictures are made of: colours, a sharp canvas, axes, the marks of examples, contours.

const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

// The colours of the style sheet, which differ by day and by night.
class Palette {
  constructor() {
    this.read();
  }

  read() {
    const style = getComputedStyle(document.documentElement);
    const named = (name) => style.getPropertyValue(`--${name}`).trim();
    for (const name of ["card", "ink", "quiet", "line", "ground"]) this[name] = named(name);
    [this.negative, this.middle, this.positive, this.faint] = ["negative", "middle", "positive", "line"].map((name) => Palette.rgb(named(name)));
    this.classes = Array.from({ length: 10 }, (_, c) => Palette.rgb(named(`class-${c}`)));
  }

  static rgb(hex) {
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  }

  static css(rgb) {
    return `rgb(${rgb.map(Math.round).join(" ")})`;
  }

  static mix(from, to, share) {
    return from.map((x, i) => x + (to[i] - x) * share);
  }

  // The colour of a number between −1 and 1: from the one of negative numbers over that of 0 to that of positive ones.
  signed(t) {
    if (Number.isNaN(t)) return [128, 128, 128];
    return Palette.mix(this.middle, t < 0 ? this.negative : this.positive, clamp(Math.abs(t), 0, 1));
  }

  // The colours of numbers from −1 to 1 in 513 steps, as words of pixels.
  ramp() {
    if (this.ramped?.of !== this.middle) {
      const words = Uint32Array.from({ length: 513 }, (_, i) => {
        const [r, g, b] = this.signed((i - 256) / 256).map(Math.round);
        return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
      });
      this.ramped = { of: this.middle, words };
    }
    return this.ramped.words;
  }

  // The colour of a class; of two they are those of the sign.
  ofClass(c, count) {
    return count <= 2 ? [this.negative, this.positive][Math.max(c, 0)] : this.classes[c % 10];
  }
}

// A canvas as sharp as the screen, in CSS pixels.
class Surface {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  // Ready to be drawn on, empty; null where it has no size, as in a hidden tab.
  begin() {
    const { canvas, context } = this;
    [this.width, this.height] = [canvas.clientWidth, canvas.clientHeight];
    if (!this.width || !this.height) return null;
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.font = "11px system-ui, sans-serif";
    return context;
  }
}

// Some round numbers between two, for an axis.
const ticks = (low, high, most = 5) => {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [];
  const raw = span / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => span / s <= most);
  const found = [];
  for (let x = Math.ceil(low / step) * step; x <= high + 1e-9 * span; x += step) found.push(Math.abs(x) < step / 1e6 ? 0 : x);
  return found;
};

// A number at an axis.
const brief = (x) => {
  const size = Math.abs(x);
  const text = size >= 1e7 || (x !== 0 && size < 1e-3) ? x.toExponential(0) : size >= 1e4 ? `${Number((x / 1000).toPrecision(4))}k` : String(Number(x.toPrecision(4)));
  return text.replace("e+", "e").replaceAll("-", "−");
};

// A frame with two axes; `place` gives pixels, `at` numbers.
class Axes {
  constructor(x, y, box) {
    Object.assign(this, { x, y, box });
  }

  place(x, y) {
    const { left, top, width, height } = this.box;
    return [left + (width * (x - this.x[0])) / (this.x[1] - this.x[0]), top + height - (height * (y - this.y[0])) / (this.y[1] - this.y[0])];
  }

  at(px, py) {
    const { left, top, width, height } = this.box;
    return [this.x[0] + ((px - left) / width) * (this.x[1] - this.x[0]), this.y[0] + ((top + height - py) / height) * (this.y[1] - this.y[0])];
  }

  // The frame, its numbers, and the names of the axes: of y above, of x at the end of the numbers.
  draw(context, palette, names) {
    const { left, top, width, height } = this.box;
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    context.strokeRect(left, top, width, height);
    context.fillStyle = palette.quiet;
    context.textBaseline = "top";
    context.textAlign = "right";
    context.fillText(names[0], left + width, top + height + 4);
    const end = left + width - context.measureText(names[0]).width - 8;
    context.textAlign = "center";
    for (const x of ticks(...this.x, width < 150 ? 3 : 5)) {
      const [at, half] = [this.place(x, 0)[0], context.measureText(brief(x)).width / 2];
      if (at + half < end) context.fillText(brief(x), at, top + height + 4);
    }
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const y of ticks(...this.y, height < 100 ? 3 : 5)) context.fillText(brief(y), left - 5, this.place(0, y)[1]);
    context.textAlign = "left";
    context.textBaseline = "bottom";
    context.fillText(names[1], left, top - 3);
  }
}

const SHAPES = 4;

// The mark of an example: a shape and colour for its class; hollow if it is for testing, a dark rim if it comes out wrong.
const mark = (context, palette, x, y, { colour, kind, hollow, wrong, chosen, radius = 4.5 }) => {
  context.beginPath();
  if (kind % SHAPES === 0) context.arc(x, y, radius, 0, 2 * Math.PI);
  else if (kind % SHAPES === 1) context.rect(x - 0.9 * radius, y - 0.9 * radius, 1.8 * radius, 1.8 * radius);
  else {
    const corners = kind % SHAPES === 2 ? [[0, -1.2], [1.1, 0.8], [-1.1, 0.8]] : [[0, -1.3], [1.1, 0], [0, 1.3], [-1.1, 0]];
    corners.forEach(([a, b], i) => context[i ? "lineTo" : "moveTo"](x + a * radius, y + b * radius));
    context.closePath();
  }
  context.fillStyle = hollow ? palette.card : Palette.css(colour);
  context.fill();
  context.strokeStyle = wrong ? palette.ink : hollow ? Palette.css(colour) : palette.card;
  context.lineWidth = wrong || hollow ? 2 : 1;
  context.stroke();
  if (!chosen) return;
  context.beginPath();
  context.arc(x, y, radius + 4, 0, 2 * Math.PI);
  context.strokeStyle = palette.ink;
  context.lineWidth = 2;
  context.stroke();
};

// How a binary score or a regression's output is coloured: a number between −1 and 1.
class Scale {
  constructor(shape, points) {
    this.middle = shape.threshold;
    this.half = shape.threshold === 0 ? 1 : Math.abs(shape.threshold);
    if (shape.kind !== "regression") return;
    const targets = points.flatMap(({ y }) => y);
    const [low, high] = [Math.min(...targets, Infinity), Math.max(...targets, -Infinity)];
    this.middle = targets.length ? (low + high) / 2 : 0;
    this.half = high > low ? (high - low) / 2 : 1;
  }

  // For numbers that have no threshold: 0 in the middle.
  static around(values) {
    const scale = Object.create(Scale.prototype);
    scale.middle = 0;
    scale.half = values.reduce((most, [v]) => Math.max(most, Math.abs(v) || 0), 0) || 1;
    return scale;
  }

  of(score) {
    return clamp((score - this.middle) / this.half, -1, 1);
  }
}

// The share each class gets: the outputs themselves if they are shares, otherwise their softmax.
const shares = (outputs) => {
  const total = outputs.reduce((sum, x) => sum + x, 0);
  if (Math.abs(total - 1) < 1e-9 && outputs.every((x) => x >= 0)) return outputs;
  const top = Math.max(...outputs);
  const powers = outputs.map((x) => Math.exp(x - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / sum);
};

const largest = (numbers) => numbers.reduce((best, x, i) => (x > numbers[best] ? i : best), 0);

// Straight pieces of the line where a field over a grid of (n + 1)² corners is 0, in units of the grid.
const contour = (field, n) => {
  const pieces = [];
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++) {
      const at = row * (n + 1) + column;
      const corners = [field[at], field[at + 1], field[at + n + 2], field[at + n + 1]];
      const places = [[0, 0], [1, 0], [1, 1], [0, 1]];
      const crossings = [];
      for (let k = 0; k < 4; k++) {
        const [a, b] = [corners[k], corners[(k + 1) % 4]];
        if (a > 0 === b > 0 || Number.isNaN(a) || Number.isNaN(b)) continue;
        const share = a / (a - b);
        const [from, to] = [places[k], places[(k + 1) % 4]];
        crossings.push([column + from[0] + share * (to[0] - from[0]), row + from[1] + share * (to[1] - from[1])]);
      }
      for (let k = 0; k + 1 < crossings.length; k += 2) pieces.push([crossings[k], crossings[k + 1]]);
    }
  return pieces;
};

// Pictures over time and over parameters: curves of loss and accuracy, gradients by layer.

// What was measured at some steps; when there is much of it, every other entry goes.
class Measured {
  constructor() {
    this.entries = [];
  }

  add(entry) {
    if (this.entries.at(-1)?.step === entry.step) this.entries.pop();
    this.entries.push(entry);
    if (this.entries.length > 1200) this.entries = this.entries.filter((_, i) => i % 2 === 0 || i === this.entries.length - 1);
  }
}

// Two curves over the steps, training and test.
class CurvesPicture {
  constructor(canvas, palette, name) {
    this.surface = new Surface(canvas);
    Object.assign(this, { palette, name });
  }

  draw(entries, logarithmic, bounds) {
    const context = this.surface.begin();
    if (!context) return;
    const { width, height } = this.surface;
    const box = { left: 44, top: 18, width: width - 52, height: height - 38 };
    const scale = (y) => (logarithmic ? Math.log10(Math.max(y, 1e-12)) : y);
    const lines = ["train", "test"].map((key) => entries.filter((entry) => Number.isFinite(entry[key])).map((entry) => [entry.step, scale(entry[key])]));
    const all = lines.flat().map(([, y]) => y);
    const last = Math.max(entries.at(-1)?.step ?? 0, 1);
    let [low, high] = bounds ?? [Math.min(...all, logarithmic ? Infinity : 0), Math.max(...all, -Infinity)];
    if (!(high > low)) [low, high] = Number.isFinite(low) ? [low - 1, low + 1] : [0, 1];
    const axes = new Axes([0, last], [low - (bounds ? 0.04 : 0), high + 0.04 * (high - low)], box);
    axes.draw(context, this.palette, ["steps", this.name]);
    const styles = [
      [Palette.css(this.palette.positive), []],
      [Palette.css(this.palette.negative), [5, 3]],
    ];
    lines.forEach((line, k) => {
      context.strokeStyle = styles[k][0];
      context.setLineDash(styles[k][1]);
      context.lineWidth = 2;
      context.beginPath();
      line.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](...axes.place(x, y)));
      context.stroke();
    });
    context.setLineDash([]);
  }
}

const LEAST_POWER = -10;
const MOST_POWER = 3;

// How many gradients of a layer are about 10⁻¹⁰, 10⁻⁹ ... in halves of a power; those that are 0 are counted apart.
const gradientHistogram = (gradients) => {
  const bins = new Array(2 * (MOST_POWER - LEAST_POWER)).fill(0);
  let zeros = 0;
  for (const g of gradients) {
    if (g === 0) zeros += 1;
    else bins[clamp(Math.floor(2 * (Math.log10(Math.abs(g)) - LEAST_POWER)), 0, bins.length - 1)] += 1;
  }
  return { bins, zeros };
};

// The middle of their sizes.
const medianSize = (gradients) => {
  const sizes = Array.from(gradients, Math.abs).sort((a, b) => a - b);
  return sizes.length ? (sizes[(sizes.length - 1) >> 1] + sizes[sizes.length >> 1]) / 2 : 0;
};

// A row of bars a layer.
class HistogramPicture {
  constructor(canvas, palette) {
    this.surface = new Surface(canvas);
    this.palette = palette;
  }

  draw(layers) {
    this.surface.canvas.style.height = `${Math.max(110, 56 * layers.length + 20)}px`;
    const context = this.surface.begin();
    if (!context) return;
    const { width, height } = this.surface;
    const [left, bottom] = [2, 18];
    const row = (height - bottom - 2) / layers.length;
    const zero = 34;
    const bar = (width - left - zero - 8) / (2 * (MOST_POWER - LEAST_POWER));
    layers.forEach(({ name, gradients }, k) => {
      const { bins, zeros } = gradientHistogram(gradients);
      const most = Math.max(...bins, zeros, 1);
      const base = (k + 1) * row;
      const tall = row - 20;
      context.fillStyle = this.palette.quiet;
      context.textAlign = "left";
      context.textBaseline = "top";
      context.fillText(name, left, base - row + 5);
      context.fillStyle = Palette.css(this.palette.negative);
      context.fillRect(left, base - (tall * zeros) / most, zero - 12, (tall * zeros) / most);
      context.fillStyle = Palette.css(this.palette.positive);
      bins.forEach((count, i) => context.fillRect(left + zero + i * bar, base - (tall * count) / most, Math.max(bar - 1, 1), (tall * count) / most));
      context.fillStyle = this.palette.line;
      context.fillRect(left, base, zero - 12, 1);
      context.fillRect(left + zero, base, width - left - zero - 8, 1);
    });
    context.fillStyle = this.palette.quiet;
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.fillText("0", left + (zero - 12) / 2, height - 2);
    for (let power = LEAST_POWER + 1; power <= MOST_POWER - 1; power += 3) context.fillText(`1e${power}`.replace("-", "−"), left + zero + 2 * (power - LEAST_POWER) * bar, height - 2);
  }
}

// Pictures of what a model has learned: the plane of two inputs, the curve of one, predictions against targets.

// What is common to the three pictures of a model: where the examples are, and which of them is meant.
class Picture {
  constructor(canvas, palette) {
    this.surface = new Surface(canvas);
    this.palette = palette;
    this.places = []; // pixels of the examples
  }

  // The example nearest to a pixel, −1 if none is near.
  nearest(x, y, within = 12) {
    let [best, least] = [-1, within];
    this.places.forEach((place, i) => {
      const apart = place ? Math.hypot(place[0] - x, place[1] - y) : Infinity;
      if (apart < least) [best, least] = [i, apart];
    });
    return best;
  }

  markOf(view, i) {
    const { shape, points, chosen, wrong, scale } = view;
    const point = points[i];
    const c = shape.kind === "regression" ? -1 : shape.classOf(point.y);
    const colour = c < 0 ? (shape.inputs === 2 ? this.palette.signed(scale.of([point.y].flat()[0])) : this.palette.positive) : this.palette.ofClass(c, shape.classes);
    return { colour, kind: Math.max(c, 0), hollow: point.test, wrong: wrong?.[i], chosen: i === chosen, radius: points.length > 400 ? 3 : 4.5 };
  }

  // The chosen example comes last, on top of the others.
  marks(context, view, place) {
    this.places = view.points.map(place);
    const order = view.points.map((_, i) => i).filter((i) => i !== view.chosen);
    if (view.chosen >= 0 && view.chosen < view.points.length) order.push(view.chosen);
    for (const i of order) mark(context, this.palette, ...this.places[i], this.markOf(view, i));
  }
}

// Two inputs: the plane coloured by the output, with the line at which the decision changes.
class PlanePicture extends Picture {
  draw(view) {
    const context = this.surface.begin();
    if (!context) return;
    const { width, height } = this.surface;
    const { shape, domain, outputs, n, scale } = view;
    const box = { left: 34, top: 18, width: width - 42, height: height - 40 };
    this.axes = new Axes(domain[0], domain[1], box);
    const [pixels, fields] = this.colours(outputs, n, shape, scale, view.single);
    this.image ??= document.createElement("canvas");
    [this.image.width, this.image.height] = [n + 1, n + 1];
    this.image.getContext("2d").putImageData(pixels, 0, 0);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.width, box.height);
    context.clip();
    context.imageSmoothingQuality = "high";
    const [cw, ch] = [box.width / n, box.height / n]; // corners are in the middle of the image's pixels
    context.drawImage(this.image, box.left - cw / 2, box.top - ch / 2, box.width + cw, box.height + ch);
    context.strokeStyle = this.palette.ink;
    context.lineWidth = 1.8;
    for (const field of fields) {
      context.beginPath();
      for (const [[ax, ay], [bx, by]] of contour(field, n)) {
        context.moveTo(box.left + ax * cw, box.top + ay * ch);
        context.lineTo(box.left + bx * cw, box.top + by * ch);
      }
      context.stroke();
    }
    context.restore();
    this.axes.draw(context, this.palette, shape.inputNames);
    this.marks(context, view, ({ x }) => this.axes.place(x[0], x[1]));
  }

  // The image, and the fields whose zeros are drawn as lines.
  colours(outputs, n, shape, scale, single) {
    const pixels = new ImageData(n + 1, n + 1);
    const count = (n + 1) ** 2;
    const several = shape.kind === "classes" && !single;
    const fields = several ? Array.from({ length: shape.classes }, () => new Float64Array(count)) : [new Float64Array(count)];
    for (let i = 0; i < count; i++) {
      const y = outputs[i];
      let colour;
      if (several) {
        const share = shares(y);
        const best = largest(share);
        const strength = 0.12 + 0.6 * ((share[best] - 1 / shape.classes) / (1 - 1 / shape.classes));
        colour = Palette.mix(this.palette.middle, this.palette.ofClass(best, shape.classes), clamp(strength, 0, 1));
        for (let c = 0; c < shape.classes; c++) {
          let other = -Infinity;
          for (let k = 0; k < shape.classes; k++) if (k !== c && y[k] > other) other = y[k];
          fields[c][i] = y[c] - other;
        }
      } else {
        colour = Palette.mix(this.palette.middle, this.palette.signed(Math.sign(scale.of(y[0]))), 0.75 * Math.abs(scale.of(y[0])));
        fields[0][i] = y[0] - scale.middle;
      }
      pixels.data.set([colour[0], colour[1], colour[2], 255], 4 * i);
    }
    const none = single ? !fields[0].some((v) => v < 0) : shape.kind === "regression"; // a relu is 0 on a whole side
    return [pixels, none ? [] : fields];
  }
}

// One input: every output as a curve over it.
class CurvePicture extends Picture {
  draw(view) {
    const context = this.surface.begin();
    if (!context) return;
    const { width, height } = this.surface;
    const { shape, domain, outputs, points, single } = view;
    const several = shape.kind === "classes" && !single;
    const logits = shape.kind === "binary" && shape.labels[0] === 0 && shape.threshold === 0 && !single; // of the share of class 1
    const curves = outputs.map((y) => (several ? shares(y) : logits ? y.map((z) => 1 / (1 + Math.exp(-z))) : y));
    const threshold = logits ? 0.5 : shape.threshold;
    const target = (point) => (several ? 1 : [point.y].flat()[0]);
    const wanted = several ? [0, 1] : single ? outputs.flat().filter(Number.isFinite) : points.flatMap(({ y }) => y);
    let [low, high] = [Math.min(...wanted, Infinity), Math.max(...wanted, -Infinity)];
    if (!(high > low)) [low, high] = Number.isFinite(low) ? [low - 1, low + 1] : [-1, 1];
    const margin = (several ? 0.1 : 0.35) * (high - low);
    const box = { left: 38, top: 18, width: width - 46, height: height - 40 };
    this.axes = new Axes(domain[0], [low - margin, high + margin], box);
    this.axes.draw(context, this.palette, [shape.inputNames[0], several ? "share of each class" : logits ? "share of class 1" : shape.targetNames?.[0] && !single ? shape.targetNames[0] : "output"]);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.width, box.height);
    context.clip();
    const line = (colour, points, dash = []) => {
      context.strokeStyle = colour;
      context.setLineDash(dash);
      context.beginPath();
      points.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](...this.axes.place(x, y)));
      context.stroke();
    };
    const at = (i) => domain[0][0] + ((domain[0][1] - domain[0][0]) * i) / (curves.length - 1);
    if (shape.kind === "binary") {
      context.lineWidth = 1;
      line(this.palette.quiet, [[domain[0][0], threshold], [domain[0][1], threshold]], [4, 4]);
    }
    context.lineWidth = 2.5;
    for (let k = 0; k < curves[0].length; k++) {
      const colour = several ? Palette.css(this.palette.ofClass(k, shape.classes)) : curves[0].length > 1 ? Palette.css(this.palette.classes[k % 10]) : this.palette.ink;
      line(colour, curves.map((y, i) => [at(i), y[k]]).filter(([, y]) => Number.isFinite(y)));
    }
    context.restore();
    if (shape.kind === "regression" && !single) this.others(context, points);
    this.marks(context, view, (point) => this.axes.place(point.x[0], single ? low - margin : clamp(target(point), low - margin, high + margin)));
  }
  // Targets beside the first: small dots in the colours of their curves.
  others(context, points) {
    for (const { x, y } of points)
      [y].flat().slice(1).forEach((target, k) => {
        context.fillStyle = Palette.css(this.palette.classes[(k + 1) % 10]);
        context.beginPath();
        context.arc(...this.axes.place(x[0], target), 3, 0, 2 * Math.PI);
        context.fill();
      });
  }
}

// More inputs: the predictions against the targets; of several classes, how many of each were taken for which.
class AgreementPicture extends Picture {
  draw(view) {
    const context = this.surface.begin();
    if (!context) return;
    if (view.shape.kind === "classes") return this.confusion(context, view);
    const { width, height } = this.surface;
    const { shape, points, predictions } = view;
    const box = { left: 44, top: 18, width: width - 52, height: height - 40 };
    const scores = predictions.map((y) => y[0]);
    const targets = points.map(({ y }) => [y].flat()[0]);
    const finite = [...scores, ...(shape.kind === "regression" ? targets : [shape.threshold])].filter(Number.isFinite);
    const [low, high] = [Math.min(...finite, Infinity), Math.max(...finite, -Infinity)];
    const margin = 0.08 * (high - low) || 1;
    const range = finite.length ? [low - margin, high + margin] : [-1, 1];
    const lane = (i) => shape.classOf(points[i].y) + 0.7 * (((i * 0.618034) % 1) - 0.5); // side by side, that all are seen
    this.axes = new Axes(shape.kind === "regression" ? range : [-0.6, shape.classes - 0.4], range, box);
    const names = shape.kind === "regression" ? ["target", "prediction"] : ["class", "score"];
    this.axes.draw(context, this.palette, names);
    context.strokeStyle = this.palette.quiet;
    context.setLineDash([4, 4]);
    context.beginPath();
    const [from, to] = shape.kind === "regression" ? [[range[0], range[0]], [range[1], range[1]]] : [[-0.6, shape.threshold], [shape.classes - 0.4, shape.threshold]];
    context.moveTo(...this.axes.place(...from));
    context.lineTo(...this.axes.place(...to));
    context.stroke();
    context.setLineDash([]);
    this.marks(context, view, (_, i) => this.axes.place(shape.kind === "regression" ? targets[i] : lane(i), Number.isFinite(scores[i]) ? scores[i] : range[0]));
  }

  confusion(context, { shape, points, predictions }) {
    this.places = [];
    const { width, height } = this.surface;
    const k = shape.classes;
    const counts = Array.from({ length: k }, () => new Array(k).fill(0));
    points.forEach((point, i) => (counts[shape.classOf(point.y)][largest(predictions[i])] += 1));
    const [left, top] = [96, 30];
    const [w, h] = [(width - left - 6) / k, (height - top - 6) / k];
    context.textBaseline = "middle";
    context.textAlign = "center";
    for (let row = 0; row < k; row++) {
      const total = Math.max(counts[row].reduce((a, b) => a + b, 0), 1);
      for (let column = 0; column < k; column++) {
        const share = counts[row][column] / total;
        const colour = Palette.mix(this.palette.middle, row === column ? this.palette.positive : this.palette.negative, 0.8 * share);
        context.fillStyle = Palette.css(colour);
        context.fillRect(left + column * w + 1, top + row * h + 1, w - 2, h - 2);
        context.fillStyle = this.palette.ink;
        if (w > 18) context.fillText(String(counts[row][column]), left + (column + 0.5) * w, top + (row + 0.5) * h);
      }
      context.fillStyle = this.palette.quiet;
      context.fillText(shape.className(row), left + (row + 0.5) * w, top - 9);
      context.fillText(shape.className(row), left - 34, top + (row + 0.5) * h);
    }
    context.textAlign = "left";
    context.fillText("is ↓  taken for →", 2, 9);
  }
}

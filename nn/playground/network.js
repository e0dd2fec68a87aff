// The drawing of the network: a small map for every unit, a line for every weight.

const MOST_UNITS = 16; // of a layer that are shown at once

class Network {
  constructor(place, { columns, edges, inputs }, palette, on) {
    Object.assign(this, { place, columns, edges, palette, on });
    this.maps = new UnitMaps(palette, inputs);
    [this.lines, this.pictures] = [...place.querySelectorAll("canvas")].map((canvas) => new Surface(canvas));
    this.first = columns.map(() => 0); // the first unit shown of each column
    this.focus = [0, 0];
    this.most = 0;
    this.lines.canvas.addEventListener("click", (event) => this.click(event));
    this.lines.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.lines.canvas.addEventListener("pointerleave", () => this.lines.canvas.removeAttribute("title"));
    new ResizeObserver(() => this.arrange()).observe(place);
    this.build();
  }

  // -- where things are ---------------------------------------------------------------------------------------------

  shownUnits(column) {
    const { length } = this.columns[column].units;
    return Array.from({ length: Math.min(MOST_UNITS, length - this.first[column]) }, (_, i) => this.first[column] + i);
  }

  build() {
    for (const old of this.place.querySelectorAll("button, span")) old.remove();
    this.units = this.columns.map(() => new Map());
    this.columns.forEach((column, c) => {
      const title = make("span", { className: "column", textContent: column.title });
      column.titleElement = title;
      this.place.append(title);
      for (const u of this.shownUnits(c)) {
        const button = make("button", { type: "button", className: "unit" });
        button.dataset.unit = button.title = column.units[u].name;
        button.tabIndex = c === this.focus[0] && u === this.focus[1] ? 0 : -1;
        button.addEventListener("click", () => this.on.unit(c, u));
        button.addEventListener("keydown", (event) => this.walk(event, c, u));
        button.addEventListener("focus", () => this.rove(c, u));
        this.units[c].set(u, button);
        this.place.append(button);
      }
      column.more = null;
      if (column.units.length <= MOST_UNITS) return;
      column.more = make("button", { type: "button", className: "more" });
      column.more.addEventListener("click", () => this.page(c));
      this.place.append(column.more);
    });
    if (!this.units[this.focus[0]].has(this.focus[1])) this.rove(this.focus[0], this.shownUnits(this.focus[0])[0]);
    this.arrange();
  }

  // The next units of a layer that has more than are shown.
  page(c) {
    this.first[c] = this.first[c] + MOST_UNITS < this.columns[c].units.length ? this.first[c] + MOST_UNITS : 0;
    this.build();
    this.columns[c].more.focus();
    this.on.change();
  }

  arrange() {
    const width = this.place.clientWidth;
    if (!width) return;
    const tallest = Math.max(...this.columns.map((_, c) => this.shownUnits(c).length));
    const room = width / this.columns.length;
    const size = Math.round(clamp(Math.min(540 / tallest - 6, room * 0.55), 20, 46));
    const gap = tallest > 8 ? 6 : 14;
    const height = Math.max(tallest * (size + gap) + 26 + (this.columns.some(({ more }) => more) ? 28 : 0), 150);
    this.place.style.height = `${height}px`;
    this.centres = this.columns.map((column, c) => {
      const x = room * (c + 0.5);
      const shown = this.shownUnits(c);
      const top = 22 + (height - 22 - (column.more ? 28 : 0) - shown.length * (size + gap) + gap) / 2;
      write(column.titleElement, room < 48 ? column.title.replace(/^layer/, "L") : column.title);
      Object.assign(column.titleElement.style, { left: `${room * c}px`, width: `${room}px` });
      const places = new Map();
      shown.forEach((u, i) => {
        const y = top + i * (size + gap) + size / 2;
        places.set(u, [x, y]);
        Object.assign(this.units[c].get(u).style, { left: `${x - size / 2}px`, top: `${y - size / 2}px`, width: `${size}px`, height: `${size}px` });
      });
      if (column.more) {
        const last = shown.at(-1) + 1;
        column.more.textContent = `${shown[0] + 1}–${last} of ${column.units.length} ›`;
        Object.assign(column.more.style, { left: `${room * c}px`, width: `${room}px`, top: `${height - 26}px` });
      }
      return places;
    });
    this.size = size;
    if (this.weights) this.drawWeights(...this.weights);
    if (this.values) this.drawUnits(...this.values);
  }

  // The ends and bends of an edge's line; null where one of its units isn't shown.
  line(edge) {
    const from = edge.from && this.centres?.[edge.from[0]].get(edge.from[1]);
    const to = edge.to && this.centres?.[edge.to[0]].get(edge.to[1]);
    if (!from || !to) return null;
    const [ax, bx] = [from[0] + this.size / 2, to[0] - this.size / 2];
    const bend = 0.4 * (bx - ax);
    return [ax, from[1], ax + bend, from[1], bx - bend, to[1], bx, to[1]];
  }

  // -- keyboard and mouse -------------------------------------------------------------------------------------------

  rove(c, u) {
    const old = this.units[this.focus[0]]?.get(this.focus[1]);
    if (old) old.tabIndex = -1;
    this.focus = [c, u];
    this.units[c].get(u).tabIndex = 0;
  }

  walk(event, c, u) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const column = clamp(c + move[0], 0, this.columns.length - 1);
    const shown = this.shownUnits(column);
    const unit = clamp(move[0] ? u : u + move[1], shown[0], shown.at(-1));
    this.units[column].get(unit).focus();
  }

  // The weight whose line is nearest to a place, −1 if none is near.
  weightAt(x, y) {
    let [best, least] = [-1, 7];
    for (const edge of this.edges) {
      const line = this.line(edge);
      if (!line) continue;
      let [px, py] = [line[0], line[1]];
      for (let k = 1; k <= 16; k++) {
        const t = k / 16;
        const s = 1 - t;
        const weights = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
        const [qx, qy] = [0, 1].map((o) => weights.reduce((sum, w, i) => sum + w * line[2 * i + o], 0));
        const length = (qx - px) ** 2 + (qy - py) ** 2 || 1;
        const along = clamp(((x - px) * (qx - px) + (y - py) * (qy - py)) / length, 0, 1);
        const apart = Math.hypot(x - px - along * (qx - px), y - py - along * (qy - py));
        if (apart < least) [best, least] = [edge.parameter, apart];
        [px, py] = [qx, qy];
      }
    }
    return best;
  }

  click(event) {
    const parameter = this.weightAt(event.offsetX, event.offsetY);
    if (parameter >= 0) this.on.weight(parameter);
  }

  hover(event) {
    const parameter = this.weightAt(event.offsetX, event.offsetY);
    this.lines.canvas.style.cursor = parameter >= 0 ? "pointer" : "";
    if (parameter < 0) return this.lines.canvas.removeAttribute("title");
    const title = this.on.told(parameter);
    if (this.lines.canvas.title !== title) this.lines.canvas.title = title;
  }

  // -- drawing ------------------------------------------------------------------------------------------------------

  // The lines of `numbers`, one for each parameter.
  drawWeights(numbers, options) {
    this.weights = [numbers, options];
    const context = this.lines.begin();
    if (context && this.centres) this.drawLines(context, numbers, options);
  }

  // The maps of units: rows of values by column and unit, over n + 1 places a side.
  drawUnits(values, n) {
    this.values = [values, n];
    const context = this.pictures.begin();
    if (!context || !this.centres) return;
    const half = this.size / 2 - 1;
    const maps = this.centres.flatMap((places, c) => [...places].map(([u, [x, y]]) => ({ values: values[c][u], box: [x - half, y - half, 2 * half] })));
    this.maps.paint(context, maps, n);
  }

  // Lines as wide and as strong in colour as the numbers they stand for.
  drawLines(context, numbers, { chosen, frozen }) {
    let most = 0;
    for (const { parameter } of this.edges) if (Math.abs(numbers[parameter]) > most) most = Math.abs(numbers[parameter]);
    this.most = most;
    const stroke = (line) => {
      context.beginPath();
      context.moveTo(line[0], line[1]);
      context.bezierCurveTo(...line.slice(2));
      context.stroke();
    };
    const thick = clamp(this.lines.width / this.columns.length / 36, 1.5, 3.6) * (this.edges.length > 150 ? 0.65 : 1);
    const size = ({ parameter }) => Math.abs(numbers[parameter]);
    for (const edge of this.edges.toSorted((a, b) => size(a) - size(b))) {
      const line = this.line(edge);
      if (!line) continue;
      const t = most > 0 ? numbers[edge.parameter] / most : 0;
      if (edge.parameter === chosen) {
        context.strokeStyle = this.palette.ink;
        context.lineWidth = 4 + thick * Math.abs(t);
        stroke(line);
      }
      context.strokeStyle = Palette.css(Palette.mix(this.palette.faint, t < 0 ? this.palette.negative : this.palette.positive, clamp(0.08 + 1.1 * Math.abs(t) ** 0.7, 0, 1)));
      context.lineWidth = 0.7 + thick * Math.abs(t);
      context.setLineDash(frozen[edge.parameter] ? [5, 4] : []);
      stroke(line);
    }
    context.setLineDash([]);
    // Biases, which come from no unit: a bar at the unit's lower left.
    for (const edge of this.edges) {
      const at = !edge.from && edge.to && this.centres[edge.to[0]].get(edge.to[1]);
      if (!at) continue;
      const t = most > 0 ? numbers[edge.parameter] / most : 0;
      context.fillStyle = Palette.css(t < 0 ? this.palette.negative : this.palette.positive);
      const tall = 2 + 8 * Math.abs(clamp(t, -1, 1));
      context.fillRect(at[0] - this.size / 2 - 5, at[1] + this.size / 2 - tall, 3, tall);
    }
  }

  // What screen readers say of a unit, and how it looks: chosen, or dead.
  describe(values, states, chosen) {
    this.units.forEach((units, c) => {
      for (const [u, button] of units) {
        const state = states[c]?.[u] ?? "";
        const value = values[c]?.[u];
        button.setAttribute("aria-label", `${this.columns[c].units[u].name}: ${value === undefined ? "no value" : show(value)}${state ? `, ${state}` : ""}`);
        button.setAttribute("aria-pressed", String(chosen?.[0] === c && chosen?.[1] === u));
        button.classList.toggle("dead", state.startsWith("dead"));
        button.title = `${this.columns[c].units[u].name}${state ? `: ${state}` : ""}`;
      }
    });
  }
}

// The columns of the drawing: the inputs, the labelled numbers in between by layer, the outputs. A unit has a name and a slot.
const columnsOf = ({ inputs, layers, program }) => {
  const unit = (slot) => ({ name: program.names[slot] ?? "constant", slot });
  const given = Array.from({ length: inputs }, (_, i) => unit(program.parameters + i));
  const hidden = layers.map(({ name, units }) => ({ title: name, units: units.filter(({ output }) => !output) })).filter(({ units }) => units.length);
  return [{ title: inputs === 1 ? "input" : "inputs", units: given }, ...hidden, { title: "output", units: program.outputs.map(unit) }];
};

// The weights as lines between units; one that is added, a bias, comes from no unit.
const edgesOf = ({ connections }, columns) => {
  const place = new Map();
  columns.forEach(({ units }, c) => units.forEach(({ slot }, u) => place.set(slot, [c, u])));
  const edges = connections.map(([parameter, from, to]) => ({ parameter, from: place.get(from) ?? null, to: place.get(to) }));
  return edges.filter(({ to }) => to).sort((a, b) => a.parameter - b.parameter);
};

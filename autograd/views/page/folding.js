// A large walk module by module: what is folded is one box, and taken in one go, until it is opened.

const LEGIBLE = 0.2; // the least scale at which text is drawn

// How wide a text is in letters; those of Korean take two.
const columns = (text) => [...text].reduce((sum, letter) => sum + (letter < "\u1100" ? 1 : 2), 0);

const sides = ([x, y, width, height]) => [x, y, x + width, y + height];

class Folding {
  constructor(walk, graph, changed) {
    Object.assign(this, { walk, graph, changed, open: new Set(), boxes: new Map() });
    const around = (module) => module.split(".").map((_, i, parts) => parts.slice(0, i + 1).join("."));
    this.around = walk.nodes.map((node) => (node.module ? around(node.module) : []));
    this.any = this.around.some((names) => names.length > 0); // a small walk has no modules
    if (graph.whole.width) return; // it is laid out already
    graph.onShow = (view) => this.show(view);
    this.sizes = walk.nodes.map(({ box }) => ({ width: box[2], height: box[3] }));
    this.fold();
    while (this.boxes.size === 1 && this.hasInside([...this.boxes.keys()][0])) {
      this.open.add([...this.boxes.keys()][0]); // one module around everything hides everything
      this.fold();
    }
    this.layOut();
  }

  hasInside(box) {
    return this.around.some((names) => names.slice(0, -1).includes(box));
  }

  // Which box each node is in now, and what there is in each box.
  fold() {
    const { nodes } = this.walk;
    this.boxOf = this.around.map((names) => names.find((name) => !this.open.has(name)) ?? null);
    this.boxes = new Map();
    nodes.forEach((node, i) => {
      const box = this.boxOf[i];
      if (box === null) return;
      if (!this.boxes.has(box)) this.boxes.set(box, { members: [], outputs: new Set() });
      this.boxes.get(box).members.push(i);
    });
    nodes.forEach((node, i) => {
      for (const operand of node.operands ?? []) {
        const box = this.boxOf[operand];
        if (box !== null && box !== this.boxOf[i]) this.boxes.get(box).outputs.add(operand);
      }
    });
    const last = nodes.length - 1;
    if (this.boxOf[last] !== null) this.boxes.get(this.boxOf[last]).outputs.add(last);
  }

  // Open the folded module of a node, or fold the innermost one that it is seen in.
  toggle(i) {
    const names = this.around[i];
    if (!names.length) return;
    if (this.boxOf[i] !== null) this.open.add(this.boxOf[i]);
    else this.close(names.at(-1));
    this.refold();
  }

  close(module) {
    for (const name of [...this.open]) if (name === module || name.startsWith(`${module}.`)) this.open.delete(name);
  }

  toggleModule(module) {
    if (this.open.has(module)) this.close(module);
    else this.open.add(module);
    this.refold();
  }

  refold() {
    this.fold();
    this.layOut();
    this.showRows();
    this.changed();
  }

  // -- steps --------------------------------------------------------------------------------------------------------

  // Whether two steps are in the same folded module, both on the same way; the seed is in none.
  together(step, other) {
    if (!this.any || step.phase !== other.phase) return false;
    if (step.phase === "backward" && (step.operand === undefined || other.operand === undefined)) return false;
    return this.boxOf[step.node] !== null && this.boxOf[step.node] === this.boxOf[other.node];
  }

  // Where the walk stands after the next step, or after all those that are taken with it.
  after(position) {
    const { steps } = this.walk;
    position = Math.min(position + 1, steps.length);
    while (position < steps.length && this.together(steps[position - 1], steps[position])) position += 1;
    return position;
  }

  before(position) {
    const { steps } = this.walk;
    while (position > 1 && this.together(steps[position - 2], steps[position - 1])) position -= 1;
    return Math.max(position - 1, 0);
  }

  // What the last of the steps taken together have come to, in words; null where the last was a step of its own.
  summary(position, state) {
    const step = this.walk.steps[position - 1];
    if (!this.any || !step || this.boxOf[step.node] === null || (step.phase === "backward" && step.operand === undefined)) return null;
    const { nodes } = this.walk;
    const [name, count] = [this.boxOf[step.node], position - this.before(position)];
    const { members, outputs } = this.boxes.get(name);
    const some = (indices, what, numbers) => {
      const told = indices.slice(0, 6).map((i) => `${nodes[i].name}${what} = ${show(numbers[i])}`);
      return indices.length > 6 ? say("fold_more", { told: told.join(", "), count: indices.length - 6 }) : told.join(", ");
    };
    if (step.phase === "forward") {
      const known = [...outputs].filter((i) => state.data[i] !== null);
      return { text: say("fold_forward", { name, count }), words: known.length ? say("fold_hands_on", { some: some(known, "", state.data) }) : "" };
    }
    const below = new Set(members.flatMap((i) => nodes[i].operands ?? []));
    const reached = [...below].filter((i) => this.boxOf[i] !== name && state.gradients[i] !== null);
    const learned = members.filter((i) => !nodes[i].operation && state.gradients[i] !== null).length;
    const further = reached.length ? ` ${say("fold_further", { some: some(reached, ".grad", state.gradients) })}` : "";
    return { text: say("fold_back", { name, count }), words: say("fold_learned", { count: learned }) + further };
  }

  // -- the drawing --------------------------------------------------------------------------------------------------

  idOf(i) {
    return this.boxOf[i] === null ? `n${i}` : `box ${this.boxOf[i]}`;
  }

  layOut() {
    const { nodes } = this.walk;
    const items = new Map();
    nodes.forEach((_, i) => {
      const id = this.idOf(i);
      this.graph.nodes[i].classList.toggle("folded", this.boxOf[i] !== null);
      if (!items.has(id)) items.set(id, { id, ...(this.boxOf[i] === null ? this.sizes[i] : this.drawBox(this.boxOf[i])) });
    });
    this.arrows = new Map(); // by their ends; those of a box are one
    nodes.forEach((node, i) =>
      (node.operands ?? []).forEach((operand, k) => {
        const [from, to] = [this.idOf(operand), this.idOf(i)];
        const key = `${from}\n${to}`;
        if (from === to) return;
        if (!this.arrows.has(key)) this.arrows.set(key, { from, to, edges: [] });
        const { edges } = this.arrows.get(key);
        const single = this.boxOf[i] === null && this.boxOf[operand] === null;
        if (single || !edges.length) edges.push(single ? this.graph.edges[i][k] : this.drawArrow());
      }),
    );
    const layout = new Layout([...items.values()], [...this.arrows.values()].map(({ from, to }) => [from, to]));
    this.put(layout);
    this.seen = null;
    this.graph.framed({ x: 0, y: 0, width: layout.width, height: layout.height });
  }

  // Everything where the layout has it.
  put(layout) {
    const move = (element, { x, y }) => element.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    this.walk.nodes.forEach((node, i) => {
      const item = layout.items.get(this.idOf(i));
      node.box = [item.x, item.y, item.width, item.height];
      if (this.boxOf[i] === null) move(this.graph.nodes[i], item);
    });
    for (const [name, box] of this.boxes) {
      const { x, y, width, height } = layout.items.get(`box ${name}`);
      move(box.element, { x, y });
      box.item = [x, y, width, height];
    }
    for (const arrow of this.arrows.values()) {
      const { from, to, edges } = arrow;
      const { path, middle } = layout.curve(from, to);
      const ends = [from, to].map((id) => layout.items.get(id)).map(({ x, y, width, height }) => sides([x, y, width, height]));
      arrow.around = [0, 1, 2, 3].map((k) => (k < 2 ? Math.min : Math.max)(ends[0][k], ends[1][k]));
      edges.forEach((edge, k) => {
        edge.querySelector("path").setAttribute("d", path);
        const text = edge.querySelector("text"); // a square has two edges between the same nodes
        text?.setAttribute("x", middle.x);
        text?.setAttribute("y", middle.y + 4 + 13 * k);
      });
    }
  }

  // A picture of a thousand elements is slow to move, hidden ones too: it holds those that are in view, and around it.
  // Text too small to read is left out.
  show({ x, y, width }) {
    this.graph.svg.classList.toggle("far", this.graph.size.width < LEGIBLE * width);
    const height = width * this.graph.aspect;
    const inside = this.seen && x >= this.seen.left && y >= this.seen.top && x + width <= this.seen.right && y + height <= this.seen.bottom;
    if (inside && width > this.seen.width / 2) return;
    this.seen = { left: x - width / 2, top: y - height / 2, right: x + 1.5 * width, bottom: y + 1.5 * height, width };
    const { nodes } = this.walk;
    const near = ([left, top, right, bottom]) => left <= this.seen.right && right >= this.seen.left && top <= this.seen.bottom && bottom >= this.seen.top;
    const edges = [...this.arrows.values()].filter(({ around }) => near(around)).flatMap(({ edges }) => edges);
    const open = this.graph.nodes.filter((_, i) => this.boxOf[i] === null && near(sides(nodes[i].box)));
    const boxes = [...this.boxes.values()].filter(({ item }) => near(sides(item))).map(({ element }) => element);
    for (const element of this.graph.svg.querySelectorAll(".edge, .node")) element.remove();
    this.graph.svg.append(...edges, ...open, ...boxes);
  }

  drawArrow() {
    const edge = this.element("g", { class: "edge merged" });
    edge.append(this.element("path"));
    return edge;
  }

  drawBox(name) {
    const box = this.boxes.get(name);
    const inside = this.inside(name);
    const numbers = say("fold_numbers", { data: "−0.0000", grad: "−0.0000" });
    const [width, height] = [Math.max(8 * columns(name) + 36, 7 * columns(inside) + 24, 7 * columns(numbers) + 24), 64];
    box.element = this.element("g", { class: "node box" });
    const text = (content, y, kind) => Object.assign(this.element("text", { x: 12, y, class: kind }), { textContent: content });
    const title = Object.assign(this.element("title"), { textContent: name });
    box.element.append(title, this.element("rect", { width, height, rx: 8 }), text(`▸ ${name}`, 19, "name"), text(inside, 36, "caption"), text("", 54, "numbers"));
    box.element.addEventListener("click", () => this.graph.dragged || this.toggleModule(name));
    return { width, height };
  }

  inside(name) {
    const members = this.walk.nodes.filter((_, i) => this.around[i].includes(name));
    const operations = members.filter((node) => node.operation).length;
    const leaves = members.filter((node) => !node.operation && node.kind !== "number").length;
    return say(operations ? "fold_inside" : "fold_leaves", { leaves, operations });
  }

  element(tag, attributes = {}) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  // The rows of the table module by module, as the computation meets them, under a row for each.
  addRows(rows) {
    this.rows = rows;
    this.heads = new Map();
    if (!this.any) return;
    const { nodes } = this.walk;
    const first = new Map(); // the first operation in each module
    this.around.forEach((names, i) => {
      for (const name of names) if (nodes[i].operation && !first.has(name)) first.set(name, i);
    });
    const place = (i) => [...this.around[i].map((name) => first.get(name) ?? i), i];
    const earlier = (a, b) => {
      const [x, y] = [place(a), place(b)];
      const k = x.findIndex((number, at) => number !== y[at]);
      return k < 0 ? 0 : x[k] - (y[k] ?? -1);
    };
    const order = [...rows.keys()].filter((i) => rows[i]).sort(earlier);
    for (const i of order) {
      for (const name of this.around[i]) if (!this.heads.has(name)) $("rows").append(this.head(name, this.around[i]));
      $("rows").append(rows[i].line);
    }
    this.showRows();
  }

  head(name, names) {
    const button = make("button", { type: "button", className: "name", onclick: () => this.toggleModule(name) });
    const line = make("tr", { className: "module" }, make("th", { scope: "row", colSpan: 5 }, button, make("span", { textContent: this.inside(name) })));
    this.heads.set(name, { line, button, outer: names.slice(0, names.indexOf(name)) });
    return line;
  }

  update(state, step) {
    if (!this.any) return;
    const here = step ? this.boxOf[step.node] : null;
    for (const [name, box] of this.boxes) {
      const outputs = [...box.outputs];
      const known = outputs.filter((i) => state.data[i] !== null).length;
      box.element.classList.toggle("pending", known < outputs.length);
      box.element.classList.toggle("target", step !== undefined && (here === name || this.boxOf[step.target] === name));
      const [only] = outputs;
      const one = outputs.length === 1 && { data: show(state.data[only]), grad: show(state.gradients[only]) };
      write(box.element.querySelector(".numbers"), one ? say("fold_numbers", one) : say("fold_outputs", { known, all: outputs.length }));
    }
    for (const { from, to, edges } of this.arrows.values()) {
      if (!edges[0].matches(".merged")) continue;
      const taken = step && to === this.idOf(step.node) && (step.phase === "forward" || here !== null || from === this.idOf(step.target));
      for (const phase of ["forward", "backward"]) edges[0].classList.toggle(phase, Boolean(taken) && step.phase === phase);
    }
  }

  // In the table, what is open.
  showRows() {
    this.rows.forEach((row, i) => row && (row.line.hidden = this.boxOf[i] !== null));
    for (const [name, { line, button, outer }] of this.heads) {
      line.hidden = outer.some((other) => !this.open.has(other));
      button.ariaExpanded = String(this.open.has(name));
      button.textContent = `${this.open.has(name) ? "▾" : "▸"} ${name}`;
    }
  }
}

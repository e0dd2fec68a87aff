// The picture: numbers and highlights on the drawn graph, zoom and pan.

class Graph {
  // `hides` says of an edge, by its node and operand, whether its number is not to be seen yet.
  constructor(walk, onNode, hides) {
    this.walk = walk;
    this.hides = hides;
    this.svg = document.querySelector("#graph > svg");
    const [, , width, height] = this.svg.getAttribute("viewBox").split(" ").map(Number);
    this.whole = { x: 0, y: 0, width, height };
    this.nodes = walk.nodes.map((_, i) => document.getElementById(`n${i}`));
    this.edges = walk.nodes.map((node, i) => (node.operands ?? []).map((_, k) => document.getElementById(`e${i}-${k}`)));
    this.numbers = this.nodes.map((element) => [".data", ".grad"].map((kind) => element.querySelector(kind)));
    this.locals = this.edges.map((edges) => edges.map((edge) => edge.querySelector("text")));
    this.nodes.forEach((element, i) => element.addEventListener("click", () => this.dragged || onNode(i)));
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.pointers = new Map();
    this.svg.addEventListener("pointerdown", (event) => this.press(event));
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) this.svg.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    this.svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.fit = "follow"; // how the view follows size and step: see `follow`; all of the graph; or not, once it was moved by hand
    this.near = [];
    new ResizeObserver(() => this.resize()).observe(this.svg);
    addEventListener("beforeprint", () => this.print(true));
    addEventListener("afterprint", () => this.print(false));
    this.resize();
  }

  // -- what is shown ------------------------------------------------------------------------------------------------

  update(state, step, selected) {
    const { nodes } = this.walk;
    nodes.forEach((node, i) => {
      const { classList } = this.nodes[i];
      if (classList.contains("folded")) return;
      const operand = step?.phase === "forward" && nodes[step.node].operands.includes(i);
      classList.toggle("pending", state.data[i] === null);
      classList.toggle("target", step?.target === i);
      classList.toggle("source", step?.phase === "backward" ? step.node === i && step.target !== i : operand === true);
      classList.toggle("selected", selected === i);
      const [data, grad] = this.numbers[i];
      if (data) writeNumber(data, state.data[i]);
      if (grad) writeNumber(grad, state.gradients[i]);
      (node.operands ?? []).forEach((_, k) => {
        const edge = this.edges[i][k];
        const active = step?.node === i && (step.phase === "forward" || step.operand === k);
        edge.classList.toggle("forward", active && step.phase === "forward");
        edge.classList.toggle("backward", active && step.phase === "backward");
        edge.classList.toggle("blocked", node.partials[k] === null);
        write(this.locals[i][k], state.data[i] === null || node.partials[k] === null || this.hides(i, k) ? "" : show(node.partials[k]));
      });
    });
    this.near = step ? [step.target, ...(step.phase === "backward" ? [step.node] : nodes[step.node].operands)] : [];
    this.keepInView();
  }

  // -- where one looks ----------------------------------------------------------------------------------------------

  get aspect() {
    return this.size.height / this.size.width;
  }

  // What is hidden (in another tab, a closed <details>, a notebook's cell that is not shown yet) has no size, and no view.
  get hidden() {
    return !this.size.width || !this.size.height;
  }

  resize() {
    this.size = { width: this.svg.clientWidth, height: this.svg.clientHeight }; // asked for at each step, it would cost a layout
    if (this.hidden || this.printing) return;
    this.aim = null;
    this.put(this.fit ? this.nearest(this[this.fit]()) : this.view);
  }

  // Another drawing of the graph, of another size.
  framed(whole) {
    this.whole = whole;
    this.fit ??= "follow";
    this.resize();
  }

  // All of a small graph, and of any before the first step; of a large one where the step is, as large as text must be
  // to be read.
  follow() {
    const all = this.all();
    const scale = Math.max(Math.min(this.size.height / (this.whole.height + 24), 1), 0.8);
    const width = this.size.width / scale;
    if (this.near.length === 0 || all.width <= width) return all;
    return this.aim?.width === width ? this.aim : { x: -12, y: (this.whole.height - width * this.aspect) / 2, width };
  }

  all() {
    const [wide, high] = [this.whole.width + 24, this.whole.height + 24];
    const width = Math.max(wide, high / this.aspect, this.size.width / 1.25);
    return { x: (this.whole.width - width) / 2, y: (this.whole.height - width * this.aspect) / 2, width };
  }

  show(view) {
    this.view = view;
    this.onShow?.(view);
    this.svg.setAttribute("viewBox", [view.x, view.y, view.width, view.width * this.aspect].map((x) => x.toFixed(1)).join(" "));
  }

  put(view) {
    cancelAnimationFrame(this.frame);
    this.aim = view;
    this.show(view);
  }

  glide(to) {
    if (this.still.matches) return this.put(to);
    cancelAnimationFrame(this.frame);
    this.aim = to;
    const from = this.view;
    const begun = performance.now();
    const tick = (now) => {
      const t = Math.min(Math.max((now - begun) / 250, 0), 1); // a frame may have begun before this was asked for
      const ease = t * (2 - t);
      this.show(Object.fromEntries(Object.keys(to).map((key) => [key, from[key] + (to[key] - from[key]) * ease])));
      if (t < 1) this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  keepInView() {
    if (this.hidden) return void (this.fit ??= "follow"); // where one was is not where the walk has gone
    const to = this.nearest(this.fit === "follow" ? this.follow() : this.aim);
    if (["x", "y", "width"].some((key) => to[key] !== this.aim[key])) this.glide(to);
  }

  // The view moved no more than it must be to show a step's nodes; where they are too far apart, the first of them.
  nearest({ x, y, width }) {
    const height = width * this.aspect;
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [a, b, w, h] of this.near.map((i) => this.walk.nodes[i].box)) {
      const grown = [Math.min(left, a - 12), Math.min(top, b - 12), Math.max(right, a + w + 12), Math.max(bottom, b + h + 12)];
      if (left !== Infinity && (grown[2] - grown[0] > width || grown[3] - grown[1] > height)) break;
      [left, top, right, bottom] = grown;
    }
    return { x: Math.min(Math.max(x, right - width), left), y: Math.min(Math.max(y, bottom - height), top), width };
  }

  // On paper all of the graph, whatever the screen shows of it.
  print(on) {
    this.printing = on;
    const { width, height } = this.whole;
    if (!on) return this.resize();
    this.onShow?.(this.all());
    this.svg.setAttribute("viewBox", [-12, -12, width + 24, height + 24].join(" "));
  }

  fitAll() {
    this.fit = "all";
    this.glide(this.all());
  }

  zoom(by, at = { x: 0.5, y: 0.5 }) {
    const { x, y, width } = this.view;
    const limits = [120, 4 * Math.max(this.all().width, 400)];
    const wider = Math.min(Math.max(width * by, limits[0]), limits[1]);
    this.fit = null;
    this.put({ x: x + (width - wider) * at.x, y: y + (width - wider) * this.aspect * at.y, width: wider });
  }

  // -- wheel, mouse, fingers ----------------------------------------------------------------------------------------

  place(event) {
    const box = this.svg.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls; a pinch on a touchpad comes with ctrlKey
    event.preventDefault();
    this.zoom(Math.exp(event.deltaY / 200), this.place(event));
  }

  press(event) {
    this.dragged = false;
    this.pointers.set(event.pointerId, event);
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const [moved, other] = [Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY), [...this.pointers.values()].find((p) => p !== before)];
    if (!this.dragged && moved < 4) return; // a click may tremble
    if (!this.dragged) this.svg.setPointerCapture(event.pointerId);
    this.dragged = true;
    this.pointers.set(event.pointerId, event);
    if (other) {
      const apart = (p) => Math.hypot(p.clientX - other.clientX, p.clientY - other.clientY);
      return this.zoom(apart(before) / Math.max(apart(event), 1), this.place(other));
    }
    const scale = this.view.width / this.size.width;
    this.fit = null;
    this.put({ ...this.view, x: this.view.x - (event.clientX - before.clientX) * scale, y: this.view.y - (event.clientY - before.clientY) * scale });
  }
}

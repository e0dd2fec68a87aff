// The page around the graph: step, table, details, practice, learning, keys.

const $ = (id) => document.getElementById(id);

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

// Only what has changed is written: a browser lays out all that is.
const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

// The same of a number, which is to be spelled only then.
const writeNumber = (element, number) => {
  if (Object.is(element.number, number)) return;
  element.number = number;
  write(element, show(number));
};

class View {
  constructor(walk, start) {
    this.walk = walk;
    this.address = new Address(start, (step) => this.go(step));
    this.position = Math.min(this.address.step, walk.steps.length);
    this.practice = new PracticeForm(walk, (position) => this.go(position), () => this.draw());
    this.selected = null;
    this.rows = walk.nodes.map((node, i) => this.row(node, i));
    $("rows").append(...this.rows.filter(Boolean).map(({ line }) => line));
    $("learning").hidden = !walk.nodes.some((node) => node.kind === "variable");
    this.graph = new Graph(walk, (i) => this.select(i), (i, k) => this.practice.hides(i, k));
    this.code = new Code(walk);
    this.folding = new Folding(walk, this.graph, () => this.draw());
    this.folding.addRows(this.rows);
    this.controls();
    this.draw();
  }

  // -- the table ----------------------------------------------------------------------------------------------------

  row(node, i) {
    if (node.kind === "number") return null;
    const name = make("button", { type: "button", className: "name", textContent: node.name, onclick: () => this.select(i) });
    const cells = { data: make("td", { className: "number" }), grad: make("td", { className: "number" }) };
    const learns = make("td");
    let input = null;
    if (node.fixed) cells.data.title = say("fixed");
    if (!node.operation && !node.fixed) {
      input = make("input", { className: "data", inputMode: "decimal", value: String(node.data), ariaLabel: say("data_of", node) });
      input.addEventListener("input", () => this.edit(i, input));
      input.addEventListener("blur", () => this.refresh(i));
      cells.data.append(input);
    }
    let tick = null;
    if (node.kind === "variable") learns.append((tick = make("input", { type: "checkbox", checked: node.learns, ariaLabel: say("learns", node) })));
    const what = make("td", { textContent: node.formula ?? say(`kind_${node.kind}`) });
    return { line: make("tr", {}, make("th", { scope: "row" }, name), what, cells.data, cells.grad, learns), ...cells, input, tick };
  }

  edit(i, input) {
    const number = parse(input.value);
    input.ariaInvalid = String(Number.isNaN(number));
    if (Number.isNaN(number)) return;
    this.walk.nodes[i].data = number;
    this.changed();
  }

  // A leaf's number as it is, in its field.
  refresh(i) {
    const { input } = this.rows[i];
    input.value = String(this.walk.nodes[i].data);
    input.ariaInvalid = "false";
  }

  changed() {
    this.practice.leave();
    this.walk.compute();
    this.position = Math.min(this.position, this.walk.steps.length);
    this.draw();
  }

  // -- learning -----------------------------------------------------------------------------------------------------

  train() {
    const rate = parse($("rate").value);
    $("rate").ariaInvalid = String(!Number.isFinite(rate));
    if (!Number.isFinite(rate)) return;
    const output = this.walk.nodes.at(-1);
    const before = output.data;
    this.rows.forEach((row, i) => {
      if (row?.tick?.checked) this.walk.nodes[i].data -= rate * (this.walk.gradients[i] ?? 0);
      if (row?.input) this.refresh(i);
    });
    this.changed();
    $("learned").textContent = say("learned", { name: output.name, before: show(before), after: show(output.data) });
  }

  reset() {
    this.walk.nodes.forEach((node, i) => {
      node.data = this.walk.recorded[i];
      if (this.rows[i]?.input) this.refresh(i);
    });
    this.changed();
    $("learned").textContent = say("was_reset");
  }

  // -- steps --------------------------------------------------------------------------------------------------------

  controls() {
    const on = (id, event, action) => $(id).addEventListener(event, action);
    on("first", "click", () => this.go(0));
    on("back", "click", () => this.back());
    on("next", "click", () => this.next());
    on("last", "click", () => this.go(this.walk.steps.length));
    on("play", "click", () => this.play(!this.timer));
    on("speed", "change", () => this.timer && this.play(true));
    on("slider", "input", () => this.go(Number($("slider").value)));
    on("practice", "change", () => this.go(this.position));
    on("train", "click", () => this.train());
    on("reset", "click", () => this.reset());
    on("zoom-in", "click", () => this.graph.zoom(0.8));
    on("zoom-out", "click", () => this.graph.zoom(1.25));
    on("zoom-fit", "click", () => this.graph.fitAll());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const typing = event.target.matches("input:not([type=checkbox]), select") || (event.key === " " && event.target.matches("button, input"));
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const actions = {
      ArrowRight: () => this.next(),
      ArrowLeft: () => this.back(),
      " ": () => this.play(!this.timer),
      Home: () => this.go(0),
      End: () => this.go(this.walk.steps.length),
      u: () => this.folding.toggle(this.walk.steps[Math.max(this.position - 1, 0)].node),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  next() {
    if (this.position === this.walk.steps.length) return;
    if (!this.practice.on) return this.go(this.folding.after(this.position));
    this.play(false);
    this.practice.ask(this.position);
  }

  back() {
    this.go(this.practice.on ? this.position - 1 : this.folding.before(this.position));
  }

  go(position) {
    this.practice.leave();
    this.position = Math.min(Math.max(position, 0), this.walk.steps.length);
    if (this.position === this.walk.steps.length) this.play(false);
    this.draw();
  }

  play(on) {
    clearInterval(this.timer);
    this.timer = null;
    if (on && !this.practice.on) {
      if (this.position === this.walk.steps.length) this.go(0);
      this.timer = setInterval(() => this.next(), Number($("speed").value));
    }
    document.body.classList.toggle("playing", this.timer !== null);
    $("play").ariaLabel = say(this.timer ? "pause" : "play");
  }

  // -- drawing ------------------------------------------------------------------------------------------------------

  draw() {
    const { walk, position } = this;
    const { steps, nodes } = walk;
    const state = walk.state(position);
    const { asking } = this.practice;
    const shown = asking ? steps[position] : steps[position - 1];
    $("slider").max = steps.length;
    $("slider").value = position;
    $("slider").ariaValueText = shown ? say("slider", { step: position, steps: steps.length, phase: say(shown.phase) }) : say("start");
    $("slider").style.setProperty("--forward-share", `${(100 * steps.filter((step) => step.phase === "forward").length) / steps.length}%`);
    $("first").disabled = $("back").disabled = position === 0;
    $("last").disabled = $("next").disabled = position === steps.length;
    $("play").disabled = this.practice.on;
    $("phase").textContent = say(shown?.phase ?? "start");
    $("phase").className = shown?.phase ?? "";
    $("where").textContent = say(shown ? "at_step" : "ahead", { step: asking ? position + 1 : position, steps: steps.length });
    this.practice.draw(position);
    if (!shown) {
      $("arithmetic").textContent = say("inputs_given");
      $("words").textContent = say("first_step");
    } else if (!asking) {
      $("arithmetic").textContent = walk.text(shown);
      $("words").textContent = walk.words(shown);
    }
    const together = this.practice.on ? null : this.folding.summary(position, state);
    if (together) [$("arithmetic").textContent, $("words").textContent] = [together.text, together.words];
    this.factors(asking || together ? null : shown);
    this.folding.update(state, shown);
    this.table(state, shown);
    this.detail(state);
    this.graph.svg.classList.toggle("walking-back", shown?.phase === "backward");
    this.graph.update(state, shown, this.selected);
    this.address.write(position);
    this.code.update(shown);
    const wrong = walk.undefinedAt();
    $("undefined").hidden = !wrong;
    if (wrong) $("undefined").textContent = say(wrong.domain ? "not_defined_needs" : "not_defined", { node: wrong.name, ...wrong });
  }

  factors(step) {
    const { nodes } = this.walk;
    const lines = [];
    if (step?.upstream !== undefined) {
      const formula = nodes[step.node].locals[step.operand];
      const number = show(step.local);
      lines.push(
        [say("upstream", { derivative: `∂${nodes.at(-1).name}/∂${nodes[step.node].name}` }), show(step.upstream)],
        [say("local", { derivative: this.walk.edge(step), formula }), number],
        [say("product"), show(step.contribution)],
        [`${nodes[step.target].name}.grad`, `${show(step.old)} → ${show(step.fresh)}`],
      );
    }
    $("factors").replaceChildren(...lines.map(([term, number]) => make("div", {}, make("dt", { textContent: term }), make("dd", { textContent: number }))));
  }

  table(state, step) {
    this.rows.forEach((row, i) => {
      if (!row || row.line.hidden) return;
      if (!row.input) writeNumber(row.data, state.data[i]);
      writeNumber(row.grad, state.gradients[i]);
      row.line.className = step?.target === i ? step.phase : "";
    });
  }

  select(i) {
    this.selected = this.selected === i ? null : i;
    this.draw();
    if (this.selected !== null) $("detail").scrollIntoView({ block: "nearest" });
  }

  // All that comes back to one node, and its sum, as far as the walk has come.
  detail(state) {
    const i = this.selected;
    $("detail").hidden = i === null;
    if (i === null) return;
    const { nodes, steps } = this.walk;
    const node = nodes[i];
    $("detail-name").textContent = node.formula ? `${node.name} = ${node.formula}` : node.name;
    $("detail-what").textContent = say(node.domain ? "detail_domain" : "detail_what", { kind: say(`kind_${node.kind}`), data: show(state.data[i]), domain: node.domain });
    if (node.fixed) $("detail-what").append(`. ${say("fixed")}`);
    const coming = steps.map((step, at) => ({ step, at })).filter(({ step }) => step.phase === "backward" && step.target === i && step.operand !== undefined);
    $("contributions").replaceChildren(
      ...coming.map(({ step, at }) => {
        const done = at < this.position;
        const numbers = done ? `${factor(step.upstream)} × ${factor(step.local)} = ${show(step.contribution)}` : "—";
        const formula = this.practice.on && !done ? "?" : nodes[step.node].locals[step.operand];
        return make("li", { textContent: say("through", { node: nodes[step.node].name, derivative: this.walk.edge(step), formula, numbers }) });
      }),
    );
    const count = { 0: "none", 1: "one" }[coming.length] ?? "many";
    const sum = i === nodes.length - 1 ? "sum_of_output" : `sum_of_${count}`;
    $("detail-sum").textContent = say(sum, { grad: show(state.gradients[i]), count: coming.length });
  }
}

const { nodes, functions, start } = JSON.parse($("walk").textContent);
window.walk = new Walk(nodes, TABLE);
window.walk.functions = functions;
window.view = new View(window.walk, start);

// Why a number is what it is: the chain rule of a weight's gradient, and the forward pass of an example.

const MOST_ROWS = 400;

// Names for what has none: the loss, and what a unit is made of, its weighted sum and what its activation is given.
const nameSteps = (program, columns) => {
  const first = program.parameters + program.inputs;
  const nameless = (slot) => slot >= first && /^v\d+$/.test(program.name(slot));
  const used = new Map();
  for (const [, ...operands] of program.operations) for (const slot of operands) used.set(slot, (used.get(slot) ?? 0) + 1);
  const name = (slot, text) => {
    if (!program.names.includes(text)) program.names[slot] = text;
  };
  if (nameless(program.loss)) name(program.loss, "loss");
  const outputs = columns.at(-1).units;
  outputs.forEach((unit, k) => {
    if (nameless(unit.slot)) name(unit.slot, outputs.length === 1 ? "output" : `output[${k}]`);
    unit.name = program.name(unit.slot);
  });
  for (const { name: unit, slot } of columns.slice(1).flatMap(({ units }) => units)) {
    if (slot < first || nameless(slot)) continue;
    let below = slot;
    for (const ending of ["z", "w·x"]) {
      const [row, ...operands] = program.operations[below - first];
      if (program.rows[row].name === "add" && ending === "z") continue; // a unit without activation
      const own = operands.filter((operand) => nameless(operand) && used.get(operand) === 1);
      if (own.length !== 1) break;
      [below] = own;
      name(below, `${unit}.${program.rows[program.operations[below - first][0]].name === "dot" ? "w·x" : ending}`);
    }
  }
};

class Why {
  constructor(app) {
    this.app = app;
    const { trainer } = app;
    this.weight = 0;
    $("weight").append(...trainer.names.map((name, i) => make("option", { value: String(i), textContent: name })));
    $("weight").addEventListener("change", () => app.weightChosen(Number($("weight").value)));
    const tell = (text) => app.tell("note", text);
    this.value = new NumberField($("number"), {
      test: Number.isFinite,
      allowed: "a weight is a finite number",
      tell,
      use: (number) => {
        trainer.parameters[this.weight] = number;
        app.numbersChanged();
      },
    });
    $("freeze").addEventListener("change", () => {
      trainer.frozen[this.weight] = Number($("freeze").checked);
      app.numbersChanged();
    });
    this.example = new NumberField($("example"), {
      test: (n) => Number.isInteger(n) && n >= 1 && n <= app.examples.points.length,
      allowed: "give the number of an example",
      tell,
      use: (number) => app.examples.pick(number - 1),
    });
    $("before").addEventListener("click", () => app.examples.pick(app.examples.chosen - 1));
    $("after").addEventListener("click", () => app.examples.pick(app.examples.chosen + 1));
    $("pass").addEventListener("toggle", () => this.pass());
    $("chain-details").addEventListener("toggle", () => this.rule());
    nameSteps(trainer.program, app.columns);
  }

  // The chosen weight: its number, its gradient for the chosen example and for all, and where that comes from.
  rule() {
    const { trainer, examples } = this.app;
    const { weight } = this;
    const name = trainer.names[weight];
    $("weight").value = String(weight);
    if (document.activeElement !== $("number")) this.value.set(trainer.parameters[weight]);
    $("freeze").checked = trainer.frozen[weight] === 1;
    const penalised = trainer.penalty ? ", the regularisation included" : "";
    const frozen = trainer.frozen[weight] ? " It is frozen: no step moves it." : "";
    write($("gradient-now"), `Its gradient of the loss ${this.app.batchTold()} is ${show(trainer.gradient[weight])}${penalised}.${frozen}`);
    if (document.activeElement !== $("example")) this.example.set(examples.chosen + 1);
    const point = examples.points[examples.chosen];
    write($("example-of"), `of ${examples.points.length}${point.test ? ", for testing" : ""}`);
    trainer.branchChanged = null;
    const edges = trainer.explain(weight, examples.chosen);
    const arriving = edges.filter(({ to, local }) => to === name && local !== null);
    const total = arriving.reduce((sum, { contribution }) => sum + contribution, 0);
    write($("chain-title"), `∂loss/∂${name} for example ${examples.chosen + 1} = ${show(total)}`);
    $("chain-details").hidden = !arriving.length;
    if (!arriving.length) {
      $("chain").replaceChildren();
      $("product").replaceChildren();
      return write($("chain-rule"), trainer.branchChanged ?? "No way leads from the loss back to this weight for this example, so its gradient is 0: a unit that is not active passes nothing on.");
    }
    $("product").replaceChildren(...this.product(arriving, name, total));
    write($("chain-rule"), arriving.length > 1 ? `It is used ${arriving.length} times; what arrives is added up.` : "");
    write($("chain-told"), `All ${edges.length} edges, from the loss down to ${name}`);
    if (!$("chain-details").open) return;
    const shown = edges.length > MOST_ROWS ? edges.slice(-MOST_ROWS) : edges;
    const rows = shown.map((edge) => this.row(edge, edge.to === name));
    if (shown.length < edges.length) rows.unshift(make("li", { textContent: `… ${edges.length - shown.length} edges nearer to the loss` }));
    $("chain").replaceChildren(...rows);
  }

  // The last step of the chain rule: what comes from above times the local derivative.
  product(arriving, name, total) {
    const box = (number, told, kind = "factor") => make("div", { className: kind }, make("b", { textContent: show(number) }), make("span", { textContent: told }));
    const parts = arriving.slice(0, 4).flatMap(({ from, formula, upstream, local }, i) => [
      ...(i ? [make("span", { textContent: "+" })] : []),
      box(upstream, `∂loss/∂${from}, from above`),
      make("span", { textContent: "×" }),
      box(local, `∂${from}/∂${name} = ${formula}`),
    ]);
    if (arriving.length > 4) parts.push(make("span", { textContent: `+ ${arriving.length - 4} more` }));
    return [...parts, make("span", { textContent: "=" }), box(total, `∂loss/∂${name}`, "factor result")];
  }

  row({ from, to, formula, upstream, local, contribution }, last) {
    const product = local === null ? "nothing flows" : `${factor(upstream)} × ${factor(local)} = ${show(contribution)}`;
    return make(
      "li",
      { className: last ? "last" : "" },
      make("b", { textContent: `${from} → ${to}: ` }),
      product,
      make("span", { className: "formula", textContent: `∂loss/∂${from} × ∂${from}/∂${to}, where ∂${from}/∂${to} = ${formula}` }),
    );
  }

  pass() {
    const { trainer, examples } = this.app;
    if (!$("pass").open) return;
    write($("pass-title"), `Forward pass of example ${examples.chosen + 1}`);
    const operations = trainer.forward(examples.chosen);
    const lines = operations.slice(0, MOST_ROWS).map(({ name, formula, numbers, value }) =>
      make("tr", {}, make("th", { scope: "row", textContent: name }), make("td", { textContent: numbers ? `${formula} = ${numbers}` : formula }), make("td", { textContent: show(value) })),
    );
    if (operations.length > MOST_ROWS) lines.push(make("tr", {}, make("td", { colSpan: 3, textContent: `… ${operations.length - MOST_ROWS} more` })));
    $("forward").replaceChildren(...lines);
  }

  // The weights that lead into a unit, as buttons.
  unitChosen(name, edges) {
    $("unit-details").hidden = !edges.length;
    $("unit-details").open = true;
    write($("unit-title"), `What leads into ${name}`);
    $("unit-weights").replaceChildren(
      ...edges.slice(0, 100).map(({ parameter }) => {
        const button = make("button", { type: "button", textContent: this.app.trainer.names[parameter] });
        button.addEventListener("click", () => this.app.weightChosen(parameter));
        return button;
      }),
    );
  }
}

// The walk, live: what autograd/views/walk.py records, computed afresh whenever a number changes.

// A number with few digits as Python rounds it: where two are equally near, the one whose last digit is even. Of those
// with one digit more few are so, and only they are spelled out.
const even = (x, digits, spell) => {
  const short = spell(x, digits);
  const [longer, end] = spell(x, digits + 1).match(/^[^e]*5(e.*)?$/) ?? [];
  if (longer === undefined || Number(longer) !== x) return short;
  const [, kept] = spell(x, 60).match(/^(-?\d+\.\d*)50*(e.*)?$/) ?? [];
  return kept?.length === short.split("e")[0].length && "02468".includes(kept.at(-1)) ? kept + (end ?? "") : short;
};
const fixed = (x, digits) => x.toFixed(digits);
const scientific = (x, digits) => x.toExponential(digits);

const show = (x) => {
  if (x === null) return "—";
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const plain = x === 0 || (Math.abs(x) >= 1e-4 && Math.abs(x) < 1e6);
  const text = plain ? even(x, 4, fixed) : even(x, 3, scientific).replace(/e([+-])(\d)$/, (_, sign, digit) => `e${sign}0${digit}`);
  return text.replaceAll("-", "−");
};

// A text in the page's language, with its places filled in.
const say = (name, values = {}) => TEXTS[name].replace(/\{(\w+)\}/g, (_, place) => values[place]);

const factor = (x) => (show(x).startsWith("−") ? `(${show(x)})` : show(x));

const parse = (text) => {
  const plain = text.trim().replaceAll("−", "-").replace("∞", "Infinity");
  return plain === "" ? NaN : Number(plain);
};

class Walk {
  constructor(nodes, table) {
    this.nodes = nodes;
    this.table = table;
    this.recorded = nodes.map((node) => node.data);
    this.flows = []; // whether a gradient flows to each node: not to constants, nor to what is made of constants alone
    for (const { kind, operands, held } of nodes) {
      const below = () => !held && operands.some((i) => this.flows[i]); // nor to what was held constant, as a softmax's shift
      this.flows.push(operands ? below() : kind === "variable" || kind === "given");
    }
    this.compute();
  }

  // Forward and backward, and the steps they take.
  compute() {
    const { nodes, flows } = this;
    for (const node of nodes.filter((node) => node.operation)) {
      const x = node.operands.map((i) => nodes[i].data);
      node.data = this.table[node.operation].value(x);
      node.partials = this.table[node.operation].partials(x, node.data).map((p, k) => (flows[node.operands[k]] ? p : null));
    }
    const last = nodes.length - 1;
    const gradients = nodes.map(() => null);
    gradients[last] = 1;
    const forward = nodes.flatMap((node, i) => (node.operation ? [{ phase: "forward", node: i, target: i, fresh: node.data }] : []));
    const backward = [{ phase: "backward", node: last, target: last, fresh: 1 }];
    for (let i = last; i >= 0; i--) {
      const upstream = gradients[i];
      (nodes[i].partials ?? []).forEach((local, operand) => {
        if (upstream === null || local === null) return;
        const target = nodes[i].operands[operand];
        const old = gradients[target] ?? 0;
        const contribution = upstream * local;
        const fresh = (gradients[target] = old + contribution);
        backward.push({ phase: "backward", node: i, operand, target, upstream, local, contribution, old, fresh });
      });
    }
    this.steps = [...forward, ...backward];
    this.gradients = gradients;
  }

  // Data and gradient of every node after so many steps; null where not computed yet.
  state(count) {
    const data = this.nodes.map((node) => (node.operation ? null : node.data));
    const gradients = this.nodes.map(() => null);
    for (const step of this.steps.slice(0, count)) (step.phase === "forward" ? data : gradients)[step.target] = step.fresh;
    return { data, gradients };
  }

  // The arithmetic of a step up to its result.
  question(step) {
    const node = this.nodes[step.node];
    if (step.phase === "forward") {
      const number = (k) => this.nodes[node.operands[k]].data;
      const places = /(?:(?<=[(|])|(?<=, ))\{(\d+)\}(?=[,)|])|\{(\d+)\}/g; // alone in parentheses, it needs none of its own
      const numbers = node.pattern.replace(places, (_, alone, other) => (alone ? show(number(alone)) : factor(number(other))));
      return `${node.name} = ${node.formula}: ${numbers}`;
    }
    if (step.operand === undefined) return `${node.name}.grad`;
    return `${this.nodes[step.target].name}.grad: ${show(step.old)} + ${factor(step.upstream)} × ${factor(step.local)}`;
  }

  text(step) {
    return `${this.question(step)} = ${show(step.fresh)}`;
  }

  // The edge of a backward step as a derivative.
  edge(step) {
    return `∂${this.nodes[step.node].name}/∂${this.nodes[step.target].name}`;
  }

  // A step in words.
  words(step) {
    const [node, target, output] = [this.nodes[step.node], this.nodes[step.target], this.nodes.at(-1)].map((n) => n.name);
    const kind = step.phase === "forward" ? "words_forward" : step.operand === undefined ? "words_seed" : "words_backward";
    const numbers = ["fresh", "upstream", "local", "contribution"].map((name) => [name, show(step[name] ?? null)]);
    const intuition = step.operand === undefined ? "" : PRACTICE.operations[this.nodes[step.node].operation].intuition;
    return `${say(kind, { node, target, output, ...Object.fromEntries(numbers) })} ${intuition}`.trim();
  }

  // The first operation that has left the real numbers, or undefined.
  undefinedAt() {
    return this.nodes.find((node) => node.operation && Number.isNaN(node.data) && !node.operands.some((i) => Number.isNaN(this.nodes[i].data)));
  }
}

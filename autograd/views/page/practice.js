// Practice without its form: what is asked, whether an answer is right, the score, what to repeat.
// The twin of autograd/views/practice/questions.py and session.py, with numbers as they are now.

const SMALL = 1e-4; // a smaller number is shown with an exponent
const LETTERS = "ABCD"; // of the options

// Within one percent, or four decimals where the number is shown with four.
const isClose = (guess, number) => {
  if (!Number.isFinite(number)) return Object.is(guess, number);
  const exact = number !== 0 && Math.abs(number) < SMALL ? 0 : 5e-5;
  return Math.abs(guess - number) <= Math.max(0.01 * Math.abs(number), exact) * (1 + 1e-9);
};

// A number as a reader sees it.
const asShown = (x) => Number(show(x).replaceAll("−", "-").replace("∞", "Infinity"));

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, place) => values[place]);

class Questions {
  constructor(walk, { says, operations }) {
    this.walk = walk;
    this.says = says;
    this.operations = operations;
  }

  // The questions about a step, by its number, in order.
  about(position) {
    const { nodes, steps } = this.walk;
    const step = steps[position];
    const node = nodes[step.node];
    const names = { node: node.name, target: nodes[step.target].name, output: nodes.at(-1).name, formula: node.formula };
    if (step.phase === "forward") return [this.value(step, { ...names, question: `${this.walk.question(step)} = ?` })];
    if (step.operand === undefined) {
      const hint = filled(this.says["hint.seed"], names);
      return [this.question("seed", names, [1, 1], { hint, answer: `${node.name}.grad = 1.0000` })];
    }
    const before = steps.slice(0, position).some((other) => other.phase === "backward" && other.target === step.target);
    return [this.local(step, names), ...this.carried(step, names, before)];
  }

  value(step, names) {
    const node = this.walk.nodes[step.node];
    const { label, definition } = this.operations[node.operation];
    const reckoned = this.walk.table[node.operation].value(this.operandsAsShown(node));
    const hint = filled(this.says[definition ? "hint.value" : "hint.value.plain"], { ...names, definition });
    const answer = `${node.name} = ${show(step.fresh)}`;
    return this.question("value", names, [step.fresh, reckoned], { hint, answer, operation: label });
  }

  local(step, names) {
    const node = this.walk.nodes[step.node];
    const { label, intuition, rules } = this.operations[node.operation];
    const partials = this.walk.table[node.operation].partials(this.operandsAsShown(node), asShown(node.data));
    const [operation, operand, rule] = rules[step.operand] ?? [];
    const hint = filled(this.says[rule ? "hint.local" : "hint.local.plain"], { ...names, operation, operand, rule });
    const again = node.operands.filter((i) => i === step.target).length > 1;
    const answer = [...new Set([this.walk.edge(step), node.locals[step.operand], show(step.local)])].join(" = ");
    const more = { hint: intuition ? `${hint} ${intuition}` : hint, answer, operation: label, ...node.choices[step.operand] };
    const named = { ...names, place: step.operand + 1 };
    return this.question("local", named, [step.local, partials[step.operand] ?? 0], more, again ? "local.again" : "local");
  }

  // What the edge contributes, and what that comes to.
  carried(step, names, before) {
    const [upstream, local, contribution, old] = [step.upstream, step.local, step.contribution, step.old].map(show);
    const named = { ...names, upstream, local, contribution, old };
    named.factors = `${factor(step.upstream)} × ${factor(step.local)}`;
    named.added = factor(step.contribution);
    const { label } = this.operations[this.walk.nodes[step.node].operation];
    const product = {
      hint: filled(this.says["hint.contribution"], named),
      answer: `${named.factors} = ${contribution}`,
      operation: label,
    };
    const reckoned = asShown(step.upstream) * asShown(step.local);
    const asked = [this.question("contribution", named, [step.contribution, reckoned], product)];
    if (!before) return asked;
    const sum = { hint: filled(this.says["hint.sum"], named), answer: `${old} + ${named.added} = ${show(step.fresh)}` };
    return [...asked, this.question("sum", named, [step.fresh, asShown(step.old) + asShown(step.contribution)], sum)];
  }

  question(part, names, [exact, reckoned], { operation = "", options = [], right = -1, hint, answer }, text = part) {
    const small = exact !== 0 && Math.abs(exact) < SMALL;
    const precision = this.says[small ? "precision.small" : "precision"];
    const numbers = [exact, Number.isFinite(reckoned) ? reckoned : exact]; // the digits shown may be outside the domain
    return { part, operation, text: filled(this.says[text], names), options, right, numbers, precision, hint, answer };
  }

  operandsAsShown(node) {
    return node.operands.map((i) => asShown(this.walk.nodes[i].data));
  }
}

class Practice {
  constructor(walk, practice) {
    this.says = practice.says;
    this.all = new Questions(walk, practice);
    this.questions = []; // what is still to be asked about the step at hand
    this.tallies = new Map(); // by operation and part of a step
    this.counted = false;
  }

  begin(position) {
    this.questions = this.all.about(position);
    this.counted = false;
  }

  leave() {
    this.questions = [];
  }

  // Judge what was typed; a right answer leads to the next question.
  answer(text) {
    const { options, numbers } = this.questions[0];
    const typed = text.trim();
    if (options.includes(typed)) return this.choose(options.indexOf(typed));
    const letter = typed.length === 1 ? LETTERS.slice(0, options.length).indexOf(typed.toUpperCase()) : -1;
    if (letter >= 0) return this.choose(letter);
    try {
      const guess = Reckoner.reckon(text);
      return this.judged(numbers.some((number) => isClose(guess, number)), guess);
    } catch (problem) {
      if (!(problem instanceof Unreadable)) throw problem;
      const said = [this.says[`unread.${problem.message}`], ...(options.length ? [this.says.choose] : [])];
      return { verdict: "unread", text: said.join(" ") };
    }
  }

  choose(option) {
    return this.judged(option === this.questions[0].right);
  }

  // Who asks for the rule doesn't score.
  hint() {
    this.count(false);
    return this.questions[0].hint;
  }

  tell() {
    this.count(false);
    return filled(this.says.told, this.done());
  }

  get asked() {
    return [...this.tallies.values()].reduce((sum, { asked }) => sum + asked, 0);
  }

  get right() {
    return [...this.tallies.values()].reduce((sum, { asked, missed }) => sum + asked - missed, 0);
  }

  // The score, and what to repeat: what was missed most often first.
  summary() {
    if (!this.asked) return [this.says["score.none"]];
    const missed = [...this.tallies.values()].filter(({ missed }) => missed).sort((a, b) => b.missed - a.missed);
    const lines = missed.map((tally) =>
      filled(this.says[tally.operation ? "repeat.line" : "repeat.any"], { ...tally, part: this.says[`part.${tally.part}`] }),
    );
    return [filled(this.says.score, this), this.says[missed.length ? "repeat" : "repeat.nothing"], ...lines];
  }

  judged(right, guess = NaN) {
    this.count(right);
    if (right) return { verdict: "right", text: filled(this.says.right, this.done()) };
    const { numbers, hint } = this.questions[0];
    const onlySign = guess !== 0 && numbers.some((number) => isClose(-guess, number));
    return { verdict: "wrong", text: `${this.says[onlySign ? "wrong.sign" : "wrong"]} ${hint}` };
  }

  // A question counts once, by what comes first: an answer, a hint, or being told.
  count(right) {
    if (this.counted) return;
    const { operation, part } = this.questions[0];
    const key = `${part} ${operation}`;
    if (!this.tallies.has(key)) this.tallies.set(key, { operation, part, asked: 0, missed: 0 });
    const tally = this.tallies.get(key);
    tally.asked += 1;
    tally.missed += !right;
    this.counted = true;
  }

  done() {
    this.counted = false;
    return this.questions.shift();
  }
}

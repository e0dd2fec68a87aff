// A recorded program: the loss of one example, and the prediction on the way to it. Its operations are computed by the
// functions that Python has written; what they are called, and how they are explained, is in the description.

class Program {
  // description: of nn/playground/description.py; code: what autograd/program/to_javascript.py wrote; table: of rows.
  constructor(description, code, table) {
    Object.assign(this, description); // parameters, inputs, operations, counted, rows, constants, names, loss, outputs, guards
    this.code = code;
    this.table = table;
    this.v = new Float64Array(this.operations.length);
    this.a = new Float64Array(this.operations.length);
  }

  // Compute the values for an example: all, or with `first` those that the prediction needs. The guard that doesn't
  // hold is returned, null if all do.
  forward(p, x, first = false) {
    const { code, v } = this;
    let failed = code.guards(p, x);
    const count = first ? code.first : code.values.length;
    for (let k = 0; k < count && failed < 0; k++) failed = code.values[k](p, x, v);
    return failed < 0 ? null : this.guards[failed];
  }

  // After `forward`: add seed times the gradient of the loss to g, where -0 stands for nothing.
  backward(p, x, seed, g) {
    const { code, v, a } = this;
    a.fill(-0);
    const place = this.loss - this.parameters - this.inputs;
    if (place < 0) return;
    a[place] = seed;
    for (const pass of code.adjoints) pass(p, x, v, a, g);
  }

  // The number in a slot; parameters come first, then the numbers of the example, then those of the operations.
  at(slot, p, x) {
    if (slot < 0) return this.constants[-1 - slot];
    if (slot < this.parameters) return p[slot];
    const place = slot - this.parameters;
    return place < this.inputs ? x[place] : this.v[place - this.inputs];
  }

  prediction(p, x) {
    return this.outputs.map((slot) => this.at(slot, p, x));
  }

  // An operation: its slot, its row, its operands.
  operation(place) {
    const [row, ...operands] = this.operations[place];
    return { slot: this.parameters + this.inputs + place, row: this.rows[row], operands };
  }

  name(slot) {
    if (slot < 0) return spelled(this.constants[-1 - slot]);
    return this.names[slot];
  }

  // A pattern of a row with names, or numbers, in its places: {0} is the first operand, {y} the result.
  filled(pattern, { slot, operands }, write) {
    return pattern.replace(/(?<=\()\{(\w+)\}(?=\))|\{(\w+)\}/g, (_, alone, other) => {
      const place = alone ?? other; // alone in parentheses, it needs none of its own
      const text = write(place === "y" ? slot : operands[place]);
      return text.startsWith("−") && !alone ? `(${text})` : text;
    });
  }

  // The partials of an operation by its operands at the values that `forward` has left.
  partials({ slot, row, operands }, p, x) {
    return this.table[row.name].partials(operands.map((operand) => this.at(operand, p, x)), this.at(slot, p, x));
  }

  // The first operation that is not finite though its operands are, in words; null if there is none.
  trouble(p, x) {
    for (let place = 0; place < this.counted; place++) {
      if (Number.isFinite(this.v[place])) continue;
      const operation = this.operation(place);
      if (!operation.operands.every((slot) => Number.isFinite(this.at(slot, p, x)))) continue;
      const names = this.filled(operation.row.formula, operation, (slot) => this.name(slot));
      const numbers = this.filled(operation.row.formula, operation, (slot) => spelled(this.at(slot, p, x)));
      return `${this.name(operation.slot)} = ${names} = ${numbers} is ${spelled(this.v[place])}`;
    }
    return null;
  }
}

// A number as people read it, to six digits.
const spelled = (number) => {
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : "−∞";
  return String(Number(number.toPrecision(6))).replaceAll("-", "−");
};

// Trains a recorded program in the page as nn.fit trains it in Python: the same batches in the same order, the mean
// gradient of each, summed in the same order, and the same steps.

class Trainer {
  // spec: what Python wrote, see nn/playground/description.py; code, table: of its program.
  constructor(spec, code = CODE, table = TABLE) {
    this.spec = spec;
    this.program = new Program(spec.program, code, table);
    this.names = spec.program.names.slice(0, spec.start.length);
    this.shapes = spec.shapes; // of what the parameters are in: { name, start, count }
    this.layers = spec.layers;
    this.optimizers = spec.optimizers; // by name, the options with their defaults
    this.gradient = new Float64Array(spec.start.length); // of the last step: of the mean loss, the penalty included
    this.reset();
  }

  // Everything as Python handed it over: parameters, data, optimiser, seed.
  reset() {
    const { spec } = this;
    this.parameters = Float64Array.from(spec.start);
    this.frozen = new Uint8Array(spec.start.length);
    for (const i of spec.frozen) this.frozen[i] = 1;
    this.batchSize = spec.batchSize; // null: all at once
    this.penalty = 0; // half of it times the sum of the weights' squares is added to the loss: nn.l2_penalty
    this.gradient.fill(0);
    this.steps = 0;
    this.epochs = 0;
    this.epochLoss = null; // the mean of the last whole one
    this.setOptimizer(spec.optimizer.name, spec.optimizer.options, spec.optimizer);
    this.random = new PythonRandom(spec.random ?? spec.seed);
    this.setData(spec.X, spec.y, spec.train, spec.test);
  }

  // X: a row of numbers for each example; y: a number, or a row of them.
  setData(X, y, trainIndices, testIndices = []) {
    const { inputs, targets } = this.spec;
    if (X.length !== y.length) throw new Error(`${X.length} examples, but ${y.length} targets; give each its target`);
    if (trainIndices.length === 0) throw new Error("no examples to train on; add at least one");
    const rows = X.map((x, i) => {
      const row = Float64Array.from([...x, ...[y[i]].flat()]);
      if (row.length !== inputs + targets)
        throw new Error(`example ${i} has ${row.length} numbers, but the model takes ${inputs}, and the loss ${targets}`);
      const { kind, classes } = this.spec.task;
      if (kind === "classes" && targets === 1 && !(Number.isInteger(y[i]) && y[i] >= 0 && y[i] < classes))
        throw new Error(`example ${i} is of class ${y[i]}, but the classes are 0 to ${classes - 1}`);
      if (!row.every(Number.isFinite)) throw new Error(`example ${i} is ${[...row].map(spelled).join(", ")}: not finite`);
      return row;
    });
    for (const i of [...trainIndices, ...testIndices]) if (!rows[i]) throw new Error(`there is no example ${i}`);
    this.X = X;
    this.y = y;
    this.rows = rows;
    this.trainIndices = trainIndices;
    this.testIndices = testIndices;
    this.begin();
  }

  // The next step begins an epoch.
  begin() {
    this.order = null;
    this.place = 0;
    this.total = 0;
    this.branchChanged = null; // the message, if Python would go another way than where it was recorded
    this.trouble = null; // the message, if a loss or gradient was not finite
  }

  setOptimizer(name, options = {}, from = {}) {
    const kinds = { SGD, Adam, AdamW, RMSprop };
    if (!Object.hasOwn(kinds, name)) throw new Error(`no optimiser is called ${name}; there are ${Object.keys(kinds).join(", ")}`);
    this.optimizer = new kinds[name]({ ...this.optimizers[name], ...options }, this.parameters.length, from);
  }

  // -- training ----------------------------------------------------------------------------------------------------------

  // One step, along the mean gradient of a batch. Its mean loss is returned, the penalty included; null if there was no
  // step, for the reason that `branchChanged` or `trouble` tells: parameters are as the last step left them.
  step() {
    this.branchChanged = this.trouble = null;
    const count = this.trainIndices.length;
    if (this.order === null) {
      this.order = Array.from({ length: count }, (_, k) => k); // afresh, so that two runs of 5 epochs are one of 10
      this.random.shuffle(this.order);
      this.place = this.total = 0;
    }
    const end = Math.min(this.place + (this.batchSize ?? count), count);
    const batch = this.order.slice(this.place, end).map((k) => this.trainIndices[k]);
    const loss = this.differentiate(batch);
    if (loss === null) return null; // the next step tries this batch again
    this.optimizer.step(this.parameters, this.gradient, this.frozen);
    this.steps++;
    this.total += loss * batch.length;
    this.place = end;
    if (end === count) {
      this.epochLoss = this.total / count;
      this.epochs++;
      this.order = null;
    }
    return loss;
  }

  // Steps to the end of the epoch. Its mean loss is returned, null if a step couldn't be done.
  epoch() {
    const goal = this.epochs + 1;
    while (this.epochs < goal) if (this.step() === null) return null;
    return this.epochLoss;
  }

  // The mean loss of a batch, and its gradient; null if there is none.
  differentiate(batch) {
    const { program, parameters: p, gradient: g, spec } = this;
    g.fill(-0);
    let total = 0;
    for (const i of batch) {
      const loss = this.lossAt(i);
      if (loss === null) return null;
      if (!Number.isFinite(loss)) return this.stopAt(i, `the loss is ${spelled(loss)}`);
      total += loss;
      program.backward(p, this.rows[i], 1 / batch.length, g);
    }
    let penalty = 0;
    if (this.penalty)
      for (const i of spec.weights) {
        g[i] += this.penalty * p[i];
        penalty += 0.5 * this.penalty * p[i] * p[i];
      }
    for (let i = 0; i < g.length; i++) {
      g[i] = this.frozen[i] ? 0 : g[i] + 0;
      if (!Number.isFinite(g[i])) return this.stop(`the gradient of ${this.names[i]} is ${spelled(g[i])}`);
    }
    return total / batch.length + penalty;
  }

  // The loss of an example; null if a guard doesn't hold.
  lossAt(i) {
    const x = this.rows[i];
    const guard = this.program.forward(this.parameters, x);
    if (guard !== null) return this.otherBranch(guard, `example ${i}`);
    return this.program.at(this.program.loss, this.parameters, x);
  }

  otherBranch(guard, where) {
    this.branchChanged =
      `for ${where} Python would go another way than where it was recorded: ${guard.place} was ${guard.answer}. ` +
      "The page has the branch that was recorded only; choose with where(condition, a, b), which is no branch.";
    return null;
  }

  stopAt(i, what) {
    const lost = this.parameters.findIndex((number) => !Number.isFinite(number));
    const began =
      lost < 0
        ? this.program.trouble(this.parameters, this.rows[i])
        : `${this.names[lost]}, which the step before has made ${spelled(this.parameters[lost])}`;
    return this.stop(`${what} for example ${i}${began ? `; it began with ${began}` : ""}`);
  }

  stop(what) {
    this.trouble = `At step ${this.steps + 1} ${what}. Parameters are as the last step left them: lower the learning rate, or reset.`;
    return null;
  }

  // -- looking -----------------------------------------------------------------------------------------------------------

  // The mean loss of some examples, without penalty; null if there are none, or a guard doesn't hold for one.
  lossOf(indices) {
    let total = 0;
    for (const i of indices) {
      const loss = this.lossAt(i);
      if (loss === null) return null;
      total += loss;
    }
    return indices.length ? total / indices.length : null;
  }

  // The share of some examples that are classified correctly; null where there are no classes.
  accuracyOf(indices) {
    const { kind } = this.spec.task;
    if (kind === "regression" || indices.length === 0) return null;
    let right = 0;
    for (const i of indices) {
      const prediction = this.predict(this.X[i]);
      if (prediction === null) return null;
      if (this.classOf(prediction) === this.targetClass(this.y[i])) right++;
    }
    return right / indices.length;
  }

  // The class that a prediction is of: the place of the largest number; of a single number whether it is above the
  // threshold.
  classOf(prediction) {
    const { kind, threshold } = this.spec.task;
    return kind === "binary" ? Number(prediction[0] > threshold) : prediction.indexOf(Math.max(...prediction));
  }

  targetClass(target) {
    const { kind, threshold } = this.spec.task;
    if (kind === "binary") return Number([target].flat()[0] > threshold);
    return Array.isArray(target) ? target.indexOf(Math.max(...target)) : target;
  }

  // The numbers of the model's output for an input; null if a guard doesn't hold for it.
  predict(x) {
    const row = this.run(x);
    return row && this.program.prediction(this.parameters, row);
  }

  // The labelled hidden numbers for an input: an array for each of `layers`.
  units(x) {
    const row = this.run(x);
    return row && this.layers.map((layer) => layer.units.map((unit) => this.program.at(unit.slot, this.parameters, row)));
  }

  // Compute the prediction for an input.
  run(x) {
    this.row ??= new Float64Array(this.spec.inputs + this.spec.targets);
    this.row.set(this.rows[this.trainIndices[0]]); // the prediction has no use for the target
    this.row.set(x);
    const guard = this.program.forward(this.parameters, this.row, true);
    return guard === null ? this.row : this.otherBranch(guard, `the input ${[...x].map(spelled).join(", ")}`);
  }

  // -- explaining --------------------------------------------------------------------------------------------------------

  // The forward pass of an example: every operation that counts with its formula in names, the same in numbers, and its value.
  forward(example) {
    const { program, parameters: p } = this;
    const x = this.rows[example];
    if (this.lossAt(example) === null) return [];
    return program.operations.slice(0, program.counted).map((_, place) => {
      const operation = program.operation(place);
      return {
        name: program.name(operation.slot),
        formula: program.filled(operation.row.formula, operation, (slot) => program.name(slot)),
        numbers: program.filled(operation.row.formula, operation, (slot) => spelled(program.at(slot, p, x))),
        value: program.v[place],
      };
    });
  }

  // The chain rule of a parameter's gradient for an example, from the loss down to the parameter: what goes over each
  // edge on the ways between them. What arrives at the parameter adds up to its gradient. Where a rule lets nothing
  // flow, as relu's does below 0, `local` is null, and the way ends.
  explain(parameter, example) {
    const { program, parameters: p } = this;
    const x = this.rows[example];
    if (this.lossAt(example) === null) return [];
    program.backward(p, x, 1, new Float64Array(p.length).fill(-0));
    const operations = program.operations.map((_, place) => program.operation(place));
    const above = new Set([parameter]); // what depends on it
    for (const { slot, operands } of operations)
      if (!program.stopped.includes(slot) && operands.some((operand) => above.has(operand))) above.add(slot);
    const edges = [];
    for (const operation of operations.reverse()) {
      const { slot, row, operands } = operation;
      const upstream = program.a[slot - program.parameters - program.inputs];
      if (!above.has(slot) || Object.is(upstream, -0)) continue;
      program.partials(operation, p, x).forEach((local, k) => {
        if (!above.has(operands[k])) return;
        edges.push({
          from: program.name(slot),
          to: program.name(operands[k]),
          formula: program.filled(row.partials[k], operation, (at) => program.name(at)),
          upstream,
          local,
          contribution: local === null ? 0 : upstream * local,
        });
      });
    }
    return edges;
  }

  // -- keeping -----------------------------------------------------------------------------------------------------------

  // All that a step depends on, but the data: what `load` takes, and JSON can hold.
  state() {
    const { optimizer } = this;
    return {
      parameters: [...this.parameters],
      frozen: [...this.frozen.keys()].filter((i) => this.frozen[i]),
      steps: this.steps,
      epochs: this.epochs,
      batchSize: this.batchSize,
      penalty: this.penalty,
      optimizer: { name: optimizer.constructor.name, options: { ...optimizer.options }, steps: optimizer.steps, state: optimizer.state() },
      random: this.random.getState(),
      order: this.order && [...this.order],
      place: this.place,
      total: this.total,
    };
  }

  load(state) {
    if (state.parameters.length !== this.parameters.length)
      throw new Error(`the state has ${state.parameters.length} parameters, but the model has ${this.parameters.length}`);
    this.parameters.set(state.parameters);
    this.frozen.fill(0);
    for (const i of state.frozen) this.frozen[i] = 1;
    this.setOptimizer(state.optimizer.name, state.optimizer.options, state.optimizer);
    this.random.setState(state.random);
    this.begin();
    const { steps, epochs, batchSize, penalty, order, place, total } = state;
    Object.assign(this, { steps, epochs, batchSize, penalty, order: order?.length === this.trainIndices.length ? [...order] : null, place, total });
  }
}

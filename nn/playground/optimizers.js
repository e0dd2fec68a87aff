// The optimisers of nn/optimizers.py, term by term. Each moves parameters, in place, by their gradients; frozen ones
// stay, with what is remembered of them, and for Adam's correction the steps they were frozen in don't count.

class Optimizer {
  // options: by Python's names, learning_rate among them; state: what `state` below held, to go on from.
  constructor(options, size, { steps = 0, state = {} } = {}) {
    this.options = { ...options };
    this.steps = steps;
    this.skipped = Float64Array.from(state.skipped ?? new Float64Array(size));
    this.memory = {};
    for (const name of this.constructor.remembers) this.memory[name] = Float64Array.from(state[name] ?? new Float64Array(size));
  }

  get learningRate() {
    return this.options.learning_rate;
  }

  set learningRate(rate) {
    this.options.learning_rate = rate;
  }

  // One step. A gradient that isn't finite moves nothing: the trainer looks before.
  step(parameters, gradient, frozen) {
    for (let i = 0; i < parameters.length; i++) {
      if (frozen[i]) this.skipped[i]++;
      else parameters[i] = this.moved(parameters[i], gradient[i], i);
    }
    this.steps++;
  }

  // What Python's optimizer.state holds after the same steps.
  state() {
    const { memory, skipped, steps } = this;
    if (steps === 0) return {};
    const entries = this.constructor.inUse(this.options).map((name) => [name, [...memory[name]]]);
    return Object.fromEntries(skipped.some((count) => count > 0) ? [...entries, ["skipped", [...skipped]]] : entries);
  }

  // What a state holds with these options.
  static inUse() {
    return this.remembers;
  }
}

class SGD extends Optimizer {
  static remembers = ["velocity"];

  static inUse({ momentum }) {
    return momentum ? this.remembers : [];
  }

  moved(p, gradient, i) {
    const { learning_rate, momentum, nesterov, weight_decay } = this.options;
    const { velocity } = this.memory;
    const g = weight_decay ? gradient + weight_decay * p : gradient;
    if (!momentum) return p - learning_rate * g;
    velocity[i] = momentum * velocity[i] + g;
    return p - learning_rate * (nesterov ? g + momentum * velocity[i] : velocity[i]);
  }
}

class Adam extends Optimizer {
  static remembers = ["mean", "mean_square"];

  moved(p, gradient, i) {
    const { weight_decay } = this.options;
    return this.descent(p, weight_decay ? gradient + weight_decay * p : gradient, i, 1);
  }

  // p is kept to a share, and moved along g.
  descent(p, g, i, kept) {
    const { learning_rate, betas, epsilon } = this.options;
    const { mean, mean_square } = this.memory;
    mean[i] += (1 - betas[0]) * (g - mean[i]);
    mean_square[i] = betas[1] * mean_square[i] + (1 - betas[1]) * g * g;
    this.correct(this.steps - this.skipped[i] + 1);
    return kept * p - ((learning_rate / this.size) * mean[i]) / (Math.sqrt(mean_square[i]) / this.root + epsilon);
  }

  // By how much the running means are too small at the t-th step: the same for all parameters, but those once frozen.
  correct(t) {
    if (t === this.corrected) return;
    this.corrected = t;
    const { betas } = this.options;
    this.size = 1 - betas[0] ** t;
    this.root = Math.sqrt(1 - betas[1] ** t);
  }
}

class AdamW extends Adam {
  moved(p, gradient, i) {
    const { learning_rate, weight_decay } = this.options;
    return this.descent(p, gradient, i, 1 - learning_rate * weight_decay);
  }
}

class RMSprop extends Optimizer {
  static remembers = ["mean_square", "velocity"];

  moved(p, gradient, i) {
    const { learning_rate, alpha, epsilon, weight_decay, momentum } = this.options;
    const { mean_square, velocity } = this.memory;
    const g = weight_decay ? gradient + weight_decay * p : gradient;
    mean_square[i] = alpha * mean_square[i] + (1 - alpha) * g * g;
    velocity[i] = momentum * velocity[i] + g / (Math.sqrt(mean_square[i]) + epsilon);
    return p - learning_rate * velocity[i];
  }
}

const OPTIMIZERS = { SGD, Adam, AdamW, RMSprop };

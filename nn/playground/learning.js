// The learning card: optimiser and its options, batch size, regularisation.

const OPTION_TITLES = { weight_decay: "Weight decay", momentum: "Momentum", nesterov: "Nesterov", betas: "β", epsilon: "ε", alpha: "α" };

class Learning {
  constructor(app) {
    this.app = app;
    const { trainer } = app;
    const tell = (text) => app.tell("note", text);
    const changed = (use) => (number) => {
      use(number);
      app.links.later();
    };
    $("optimizer").append(...Object.keys(trainer.optimizers).map((name) => make("option", { value: name, textContent: name })));
    $("optimizer").addEventListener("change", () => {
      const { learning_rate } = trainer.optimizer.options;
      trainer.setOptimizer($("optimizer").value, { learning_rate });
      this.build();
      app.links.later();
    });
    const notNegative = (x) => x >= 0 && Number.isFinite(x);
    this.rate = new NumberField($("rate"), { test: notNegative, allowed: "a learning rate is a number, 0 or more", tell, use: changed((rate) => (trainer.optimizer.learningRate = rate)) });
    this.batch = new NumberField($("batch"), {
      test: (n) => Number.isInteger(n) && n >= 1,
      allowed: "a batch has a whole number of examples, 1 or more",
      tell,
      use: changed((size) => (trainer.batchSize = size >= trainer.trainIndices.length ? null : size)),
    });
    this.penalty = new NumberField($("decay"), {
      test: notNegative,
      allowed: "regularisation is a number, 0 or more",
      tell,
      use: (strength) => {
        trainer.penalty = strength;
        app.numbersChanged();
      },
    });
    $("decay-what").textContent = "Half of it times the sum of all squared weights is added to the loss (L2).";
    this.build();
  }

  // Fields for the optimiser's own options.
  build() {
    const { app } = this;
    const { optimizer } = app.trainer;
    const places = [];
    for (const [name, value] of Object.entries(optimizer.options)) {
      if (name === "learning_rate") continue;
      const title = OPTION_TITLES[name] ?? name;
      if (typeof value === "boolean") {
        const box = make("input", { type: "checkbox", id: `option-${name}`, checked: value });
        box.addEventListener("change", () => this.option(name, box.checked));
        places.push(make("label", { htmlFor: box.id, textContent: title }), box);
        continue;
      }
      [value].flat().forEach((number, k) => {
        const field = make("input", { inputMode: "decimal", id: `option-${name}${Array.isArray(value) ? k + 1 : ""}` });
        const told = Array.isArray(value) ? `${title}${"₁₂₃"[k]}` : title;
        const below = ["momentum", "betas", "alpha"].includes(name) ? 1 : Infinity;
        const made = new NumberField(field, {
          test: (x) => x >= 0 && x < below,
          allowed: `${told} is a number from 0${below === 1 ? " to below 1" : " up"}`,
          tell: (text) => app.tell("note", text),
          use: (x) => this.option(name, Array.isArray(value) ? optimizer.options[name].with(k, x) : x),
        });
        made.set(number);
        places.push(make("label", { htmlFor: field.id, textContent: told }), field);
      });
    }
    $("options").replaceChildren(...places);
    this.show();
  }

  option(name, value) {
    const { optimizer } = this.app.trainer;
    const options = { ...optimizer.options, [name]: value };
    if (options.nesterov && !options.momentum) this.app.tell("note", "Nesterov’s step needs a momentum above 0; set one first.");
    else optimizer.options[name] = value;
    this.build();
    this.app.links.later();
  }

  show() {
    const { trainer } = this.app;
    $("optimizer").value = trainer.optimizer.constructor.name;
    this.rate.set(trainer.optimizer.learningRate);
    this.batch.set(Math.min(trainer.batchSize ?? Infinity, trainer.trainIndices.length));
    this.penalty.set(trainer.penalty);
  }

  // The settings, to be applied again after a new start.
  settings() {
    const { optimizer, batchSize, penalty, frozen } = this.app.trainer;
    return { name: optimizer.constructor.name, options: { ...optimizer.options }, batchSize, penalty, frozen: frozen.slice() };
  }

  apply({ name, options, batchSize, penalty, frozen }) {
    const { trainer } = this.app;
    trainer.setOptimizer(name, options);
    Object.assign(trainer, { batchSize, penalty });
    trainer.frozen.set(frozen);
    this.build();
  }
}

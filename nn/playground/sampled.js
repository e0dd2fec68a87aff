// What the model gives over the range of the plot, and its units with it.

class Sampled {
  constructor(trainer, columns, shape) {
    Object.assign(this, { trainer, columns, shape });
  }

  // The model's outputs at an input; NaN where Python would go another way.
  predict(x) {
    return this.trainer.predict(x) ?? new Array(this.shape.outputs).fill(NaN);
  }

  // The numbers of all units at an input, by column.
  unitsAt(x) {
    const { trainer, columns } = this;
    const row = trainer.run(x);
    return columns.map(({ units }) => units.map(({ slot }) => (row ? trainer.program.at(slot, trainer.parameters, row) : NaN)));
  }

  // Inputs over a range: the corners of an n by n grid from the upper left, or n + 1 places of the line.
  places(n, [[left, right], [low, high] = []]) {
    const x = (i) => left + ((right - left) * i) / n;
    if (this.shape.inputs === 1) return Array.from({ length: n + 1 }, (_, i) => [x(i)]);
    return Array.from({ length: (n + 1) ** 2 }, (_, i) => [x(i % (n + 1)), high - ((high - low) * Math.floor(i / (n + 1))) / n]);
  }

  // The values of all units at some inputs, by column and unit; at a single one each beside the others of its column.
  maps(places) {
    const { trainer, columns } = this;
    const values = columns.map(({ units }) => units.map(() => new Float64Array(places.length)));
    places.forEach((x, i) => {
      const row = trainer.run(x);
      columns.forEach(({ units }, c) => units.forEach(({ slot }, u) => (values[c][u][i] = row ? trainer.program.at(slot, trainer.parameters, row) : NaN)));
    });
    if (places.length > 1) return values;
    return values.map((units) => {
      const most = UnitMaps.largest(units.map(([v]) => v));
      return units.map(([v]) => [v / most]);
    });
  }

  // What is to be said of units, by column: those that give the same for every training example.
  states() {
    const { trainer, columns } = this;
    const seen = trainer.trainIndices.slice(0, 200).map((i) => this.unitsAt(trainer.X[i]));
    return columns.map(({ units }, c) =>
      units.map((_, u) => {
        if (c === 0 || c === columns.length - 1) return "";
        const values = seen.map((v) => v[c][u]);
        const [low, high] = [Math.min(...values), Math.max(...values)];
        if (low === 0 && high === 0) return "dead: 0 for every example";
        return seen.length > 1 && high - low <= 1e-6 * Math.max(Math.abs(high), 1e-12) ? "the same for every example" : "";
      }),
    );
  }
}

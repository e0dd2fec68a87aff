// What gradients say of the health of a network, in words.

// Gradients by what their parameters are in: the first part of their names.
const gradientsByLayer = (names, gradient) => {
  const layers = new Map();
  names.forEach((name, i) => {
    const layer = name.includes(".") ? name.split(".")[0] : name.replace(/\[.*/, "");
    if (!layers.has(layer)) layers.set(layer, []);
    layers.get(layer).push(gradient[i]);
  });
  return [...layers].map(([name, gradients]) => ({ name, gradients }));
};

const MOST_LAYERS = 12;
const VANISHING = 100; // how many times smaller than another layer's
const EXPLODING = 1000;

const healthInWords = (layers, columns, states) => {
  const told = layers.slice(0, MOST_LAYERS).map(({ name, gradients }) => {
    const zeros = gradients.filter((g) => g === 0).length;
    const size = `typical size ${show(medianSize(gradients))}`;
    return `${name}: ${size}${zeros ? `, ${zeros} of ${gradients.length} are exactly 0` : ""}.`;
  });
  const sizes = layers.map(({ gradients }) => medianSize(gradients.filter((g) => g !== 0)));
  const most = sizes.indexOf(Math.max(...sizes));
  layers.forEach(({ name, gradients }, k) => {
    if (k !== most && sizes[k] > 0 && sizes[most] > VANISHING * sizes[k])
      told.push(`Vanishing: gradients of ${name} are ${grouped(Math.round(sizes[most] / sizes[k]))} times smaller than those of ${layers[most].name}; it hardly learns.`);
    if (gradients.some((g) => Math.abs(g) > EXPLODING)) told.push(`Exploding: ${name} has gradients above ${grouped(EXPLODING)}; lower the learning rate.`);
  });
  const dead = columns.flatMap(({ units }, c) => units.filter((_, u) => states[c]?.[u]?.startsWith("dead")).map(({ name }) => name));
  const some = dead.slice(0, 6).join(", ");
  if (dead.length) told.push(`Dead: ${some}${dead.length > 6 ? ` and ${dead.length - 6} more` : ""} ${dead.length === 1 ? "is" : "are"} 0 for every training example, so no gradient comes through.`);
  return told;
};

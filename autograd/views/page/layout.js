// Where boxes stand that arrows lead between: in columns from left to right, each box near those it is joined to.

class Layout {
  // items: [{ id, width, height }], in an order in which the computation meets them; arrows: [[from, to]] of ids.
  constructor(items, arrows) {
    this.items = new Map(items.map((item, order) => [item.id, { ...item, order, below: [], above: [] }]));
    this.arrows = arrows;
    for (const [from, to] of arrows) {
      this.items.get(from).above.push(to);
      this.items.get(to).below.push(from);
    }
    this.columns = this.inColumns();
    this.ways = new Map(arrows.map(([from, to]) => [`${from}\n${to}`, this.way(from, to)]));
    this.sort();
    this.place();
  }

  // Every item right of all it is made of; what is made of nothing, right before what it is used for.
  inColumns() {
    const { items } = this;
    const waiting = new Map([...items].map(([id, item]) => [id, new Set(item.below).size]));
    const ready = [...items.keys()].filter((id) => waiting.get(id) === 0);
    for (const item of items.values()) item.column = 0;
    const done = new Set();
    while (done.size < items.size) {
      const id = ready.shift() ?? [...items.keys()].find((other) => !done.has(other)); // the modules may go round in a circle
      if (done.has(id)) continue;
      done.add(id);
      for (const above of new Set(items.get(id).above)) {
        if (done.has(above)) continue;
        items.get(above).column = Math.max(items.get(above).column, items.get(id).column + 1);
        waiting.set(above, waiting.get(above) - 1);
        if (waiting.get(above) === 0) ready.push(above);
      }
    }
    for (const item of items.values()) {
      if (!item.below.length && item.above.length) item.column = Math.max(0, Math.min(...item.above.map((id) => items.get(id).column)) - 1);
    }
    const columns = [];
    for (const item of items.values()) (columns[item.column] ??= []).push(item);
    return Array.from(columns, (column) => column ?? []);
  }

  // A long arrow passes through columns; in each it takes a place of its own, so that it crosses no box. A very long
  // one, that of an input used all along a chain, goes straight.
  way(from, to) {
    const [start, end] = [this.items.get(from), this.items.get(to)];
    const way = [start];
    if (end.column - start.column > 12) return [start, end];
    for (let column = start.column + 1; column < end.column; column++) {
      const place = { width: 0, height: 6, order: start.order, below: [], above: [], passing: true };
      this.columns[column].push(place);
      way.push(place);
    }
    way.push(end);
    return way;
  }

  // The order in each column, by the middle of what an item is joined to in the columns beside it.
  sort() {
    const joined = new Map();
    for (const way of this.ways.values()) {
      for (let k = 1; k < way.length; k++) {
        const [a, b] = [way[k - 1], way[k]];
        if (!joined.has(a)) joined.set(a, { left: [], right: [] });
        if (!joined.has(b)) joined.set(b, { left: [], right: [] });
        joined.get(a).right.push(b);
        joined.get(b).left.push(a);
      }
    }
    const number = (column) => column.forEach((item, at) => (item.at = at / Math.max(column.length - 1, 1)));
    for (const column of this.columns) number(column.sort((a, b) => a.order - b.order));
    const sweep = (columns, side) => {
      for (const column of columns) {
        for (const item of column) {
          const others = joined.get(item)?.[side] ?? [];
          item.wanted = others.length ? others.reduce((sum, other) => sum + other.at, 0) / others.length : item.at;
        }
        number(column.sort((a, b) => a.wanted - b.wanted || a.order - b.order));
      }
    };
    for (let round = 0; round < 3; round++) {
      sweep(this.columns.slice(1), "left");
      sweep(this.columns.slice(0, -1).reverse(), "right");
    }
  }

  place() {
    const heights = this.columns.map((column) => column.reduce((sum, item) => sum + item.height + 14, -14));
    this.height = Math.max(...heights, 0);
    let x = 0;
    this.columns.forEach((column, c) => {
      const width = Math.max(...column.map((item) => item.width), 0);
      let y = (this.height - heights[c]) / 2;
      for (const item of column) {
        Object.assign(item, { x: x + (width - item.width) / 2, y });
        y += item.height + 14;
      }
      x += width + Math.min(Math.max(56, column.length * 3), 140);
    });
    this.width = Math.max(...[...this.items.values()].map((item) => item.x + item.width), 0);
  }

  // The curve of an arrow as SVG has it, and its middle.
  curve(from, to) {
    const way = this.ways.get(`${from}\n${to}`);
    let [x, y] = [way[0].x + way[0].width, way[0].y + way[0].height / 2];
    let path = `M${x.toFixed(1)} ${y.toFixed(1)}`;
    let middle = null;
    for (const item of way.slice(1)) {
      const [toX, toY] = [item.x, item.y + item.height / 2];
      const bend = Math.max(Math.abs(toX - x) / 2, 20);
      path += `C${(x + bend).toFixed(1)} ${y.toFixed(1)} ${(toX - bend).toFixed(1)} ${toY.toFixed(1)} ${toX.toFixed(1)} ${toY.toFixed(1)}`;
      middle ??= { x: (x + toX) / 2, y: (y + toY) / 2 };
      [x, y] = [toX + item.width, toY];
    }
    return { path, middle };
  }
}

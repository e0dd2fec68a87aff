// The small maps of units: their values over the plane of two inputs, over the line of one, or for one example.

class UnitMaps {
  constructor(palette, inputs) {
    Object.assign(this, { palette, inputs });
    this.image = document.createElement("canvas"); // of all maps, one below the other
  }

  // Paint maps into boxes of a canvas: a row of values and [left, top, size] for each.
  paint(context, maps, n) {
    if (this.inputs === 2) return this.planes(context, maps, n);
    for (const { values, box } of maps) {
      context.fillStyle = Palette.css(this.inputs === 1 ? this.palette.middle : this.palette.signed(values[0]));
      context.fillRect(box[0], box[1], box[2], box[2]);
      if (this.inputs === 1) this.curve(context, values, box);
    }
  }

  planes(context, maps, n) {
    const side = n + 1;
    const colours = this.palette.ramp();
    const middle = (colours.length - 1) / 2;
    const pixels = new ImageData(side, side * Math.max(maps.length, 1));
    const words = new Uint32Array(pixels.data.buffer);
    maps.forEach(({ values }, k) => {
      const scale = middle / UnitMaps.largest(values);
      for (let i = 0; i < values.length; i++) words[k * side * side + i] = colours[Math.round(middle + scale * values[i])] ?? colours[middle];
    });
    if (this.image.width !== side || this.image.height !== pixels.height) [this.image.width, this.image.height] = [side, pixels.height];
    this.image.getContext("2d").putImageData(pixels, 0, 0);
    context.imageSmoothingEnabled = true;
    maps.forEach(({ box: [left, top, size] }, k) => context.drawImage(this.image, 0, k * side, side, side, left, top, size, size));
  }

  curve(context, values, [left, top, size]) {
    const most = UnitMaps.largest(values);
    context.strokeStyle = this.palette.line;
    context.lineWidth = 1;
    context.strokeRect(left, top + size / 2, size, 0);
    context.strokeStyle = Palette.css(this.palette.positive);
    context.lineWidth = 2;
    context.beginPath();
    values.forEach((v, i) => context[i ? "lineTo" : "moveTo"](left + (size * i) / (values.length - 1), top + size / 2 - (0.42 * size * v) / most));
    context.stroke();
  }

  static largest(values) {
    let most = 0;
    for (const v of values) if (Math.abs(v) > most) most = Math.abs(v);
    return most > 0 && Number.isFinite(most) ? most : 1;
  }
}

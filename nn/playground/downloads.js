// What one takes along as files: a picture of the page, and what files.js writes.

class Downloads {
  constructor(app) {
    this.app = app;
    this.files = new Files(app.trainer);
    this.name = app.spec.title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").toLowerCase() || "playground";
    $("save-png").addEventListener("click", () => this.picture());
    $("save-python").addEventListener("click", () => this.save("py", new Blob([this.files.python()], { type: "text/x-python" })));
    $("save-json").addEventListener("click", () => this.json());
  }

  save(ending, blob) {
    const link = make("a", { href: URL.createObjectURL(blob), download: `${this.name}.${ending}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  json() {
    const { names, parameters } = this.app.trainer;
    const wrong = parameters.findIndex((x) => !Number.isFinite(x));
    if (this.files.refusal) return this.app.tell("note", `There is no JSON for this model: ${this.files.refusal}.`);
    if (wrong >= 0) return this.app.tell("note", `${names[wrong]} is ${spelled(parameters[wrong])}, which no file holds; set it, or start again.`);
    this.save("json", new Blob([this.files.json()], { type: "application/json" }));
  }

  // The network, the plot and the curves, as they are on the screen.
  picture() {
    const { palette, shape, trainer, now } = this.app;
    const network = $("network").getBoundingClientRect();
    const parts = [$("plot"), $("loss-curve"), ...(shape.kind === "regression" ? [] : [$("accuracy-curve")])];
    const side = Math.max(...parts.map(({ clientWidth }) => clientWidth));
    const gap = 16;
    const [width, height] = [network.width + side + 3 * gap, Math.max(network.height, parts.reduce((sum, part) => sum + part.clientHeight + gap, 0)) + 40 + gap];
    const canvas = make("canvas", { width: 2 * width, height: 2 * height });
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    context.fillStyle = palette.card;
    context.fillRect(0, 0, width, height);
    context.fillStyle = palette.ink;
    context.font = "600 15px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.fillText(`${this.app.spec.title} · ${grouped(trainer.steps)} steps · loss ${show((now.train.loss ?? NaN))}`, gap, 22);
    const [left, top] = [gap, 40];
    for (const layer of ["lines", "maps"]) context.drawImage($(layer), left, top, network.width, network.height);
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "center";
    for (const element of $("network").querySelectorAll("button.unit, span.column")) {
      const box = element.getBoundingClientRect();
      const [x, y] = [left + box.left - network.left, top + box.top - network.top];
      if (element.matches("span")) {
        context.fillStyle = palette.quiet;
        context.fillText(element.textContent, x + box.width / 2, y + box.height / 2, box.width);
      } else {
        context.strokeStyle = palette.quiet;
        context.strokeRect(x, y, box.width, box.height);
      }
    }
    let y = top;
    for (const part of parts) {
      context.drawImage(part, left + network.width + gap, y, part.clientWidth, part.clientHeight);
      y += part.clientHeight + gap;
    }
    canvas.toBlob((blob) => this.save("png", blob));
  }
}

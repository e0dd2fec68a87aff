// The code beside the graph: the line of the step lit, and the lines that called its function marked.

class Code {
  constructor(walk) {
    this.walk = walk;
    this.box = $("listing"); // null where the walk is not over a function
    this.marked = [];
  }

  update(step) {
    if (!this.box) return;
    for (const line of this.marked) {
      line.className = "";
      line.removeAttribute("aria-current");
      line.firstChild.textContent = line.firstChild.textContent; // without the mark in it
    }
    const places = (step && this.walk.nodes[step.node].places) || [];
    const lines = places.map(([index, number]) => document.getElementById(`c${index}-${number}`));
    this.marked = lines.filter(Boolean);
    for (const line of this.marked) line.className = "calls";
    $("code-where").textContent = this.where(places);
    const [line, place] = [lines.at(-1), places.at(-1)];
    if (!line) return;
    line.className = step.phase;
    line.ariaCurrent = "step";
    this.mark(line.firstChild, place);
    this.keepInView(line);
  }

  // From the function that was called down to the line: loss:18 › neuron:9.
  where(places) {
    const ways = places.map(([index, number]) => `${this.walk.functions[index].name}:${number}`);
    return ways.filter((way, i) => way !== ways[i - 1]).join(" › ");
  }

  // The expression itself, where it is known which part of the line it is.
  mark(code, [, , from, to]) {
    if (from === undefined) return;
    const characters = [...code.textContent]; // as Python counts them
    const part = (start, end) => characters.slice(start, end).join("");
    code.replaceChildren(part(0, from), make("mark", { textContent: part(from, to) }), part(to));
  }

  keepInView(line) {
    const [box, own] = [this.box.getBoundingClientRect(), line.getBoundingClientRect()];
    if (own.top < box.top + 8) this.box.scrollTop -= box.top + 8 - own.top;
    else if (own.bottom > box.bottom - 8) this.box.scrollTop += own.bottom - box.bottom + 8;
  }
}

// The step in the page's address: `#step=12` can be linked, and is there again after a reload.

class Address {
  // `visit` is called with a step when the address comes to name another: by a link, by hand, by the back button.
  constructor(start, visit) {
    this.start = start;
    this.written = 0; // when, in milliseconds
    this.waiting = null;
    addEventListener("hashchange", () => visit(this.step));
  }

  // The step that the address names; where it names none, the start.
  get step() {
    const [, digits] = location.hash.match(/^#step=(\d+)$/) ?? [];
    return digits === undefined ? this.start : Number(digits);
  }

  // The entry of the history is replaced: back leads to the page before, not through every step. Browsers refuse too many
  // changes at once, so of many in a row only some are written, and the last. A notebook's frame has no address.
  write(step) {
    clearTimeout(this.waiting);
    if (location.protocol === "about:" || step === this.step) return;
    const pause = this.written + 250 - performance.now();
    if (pause > 0) return void (this.waiting = setTimeout(() => this.write(step), pause));
    this.written = performance.now();
    history.replaceState(null, "", `#step=${step}`);
  }
}

// The page: plays, and tells the loss.

const trainer = new Trainer(SPEC);

class Page {
  constructor() {
    this.playing = false;
    document.getElementById("play").addEventListener("click", () => this.play(!this.playing));
    document.getElementById("step").addEventListener("click", () => this.step());
    this.tell();
  }

  play(playing) {
    this.playing = playing;
    document.getElementById("play").textContent = playing ? "Pause" : "Play";
    if (playing) requestAnimationFrame(() => this.frame());
  }

  frame() {
    if (!this.playing) return;
    this.step();
    requestAnimationFrame(() => this.frame());
  }

  step() {
    if (trainer.step() === null) this.play(false);
    this.tell();
  }

  tell() {
    const loss = trainer.lossOf(trainer.trainIndices);
    const told = trainer.branchChanged ?? trainer.trouble;
    document.getElementById("loss").textContent = told ?? `step ${trainer.steps}: loss ${spelled(loss)}`;
  }
}

new Page();

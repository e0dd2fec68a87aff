// Practice as one sees it: the question in place of the step, four rules to choose from, a field, the score.

class PracticeForm {
  // `go` is called with the position after a step whose questions are all answered, `redraw` when another is asked.
  constructor(walk, go, redraw) {
    this.walk = walk;
    this.session = new Practice(walk, PRACTICE);
    this.go = go;
    this.redraw = redraw;
    this.position = 0; // of the step that is asked about
    this.passed = new Set(); // the edges that gradients have come over
    $("practice").checked = PRACTICE.ask;
    $("question").addEventListener("submit", (event) => {
      event.preventDefault();
      this.judge(this.session.answer($("answer").value));
    });
    $("hint").addEventListener("click", () => this.judge({ verdict: "hint", text: this.session.hint() }));
    $("tell").addEventListener("click", () => this.judge({ verdict: "told", text: this.session.tell() }));
    $("question").addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.go(this.position);
      $("next").focus();
    });
  }

  get on() {
    return $("practice").checked;
  }

  get asking() {
    return this.session.questions.length > 0;
  }

  ask(position) {
    if (this.asking) return this.focus();
    this.position = position;
    this.session.begin(position);
    this.say("", "");
    this.show();
  }

  leave() {
    this.session.leave();
    this.say("", "");
  }

  // Whether the number of an edge is still to be found.
  hides(i, operand) {
    return this.on && !this.passed.has(`${i}-${operand}`);
  }

  // -- answers ------------------------------------------------------------------------------------------------------

  judge({ verdict, text }) {
    const done = verdict === "right" || verdict === "told";
    const over = done && !this.asking;
    if (over) {
      this.go(this.position + 1);
      ($("next").disabled ? $("back") : $("next")).focus();
    } else if (done) this.show();
    else if (document.activeElement === $("answer")) $("answer").select();
    this.say(verdict, text);
    this.score(this.position + over);
  }

  say(verdict, text) {
    $("verdict").textContent = text;
    $("verdict").className = verdict;
  }

  // -- what one sees ------------------------------------------------------------------------------------------------

  show() {
    this.redraw();
    $("answer").value = "";
    this.focus();
  }

  // Where a field brings up a keyboard over half of the screen, the rules come first.
  focus() {
    const touched = matchMedia("(pointer: coarse)").matches;
    ((touched && $("options").firstChild) || $("answer")).focus();
  }

  draw(position) {
    const edges = this.walk.steps.slice(0, position).filter((step) => step.operand !== undefined);
    this.passed = new Set(edges.map((step) => `${step.node}-${step.operand}`));
    $("question").hidden = !this.asking;
    this.score(position);
    if (!this.asking) return;
    const { text, options, precision } = this.session.questions[0];
    $("arithmetic").textContent = text;
    $("words").textContent = "";
    $("precision").textContent = precision;
    $("wanted").textContent = say(options.length ? "or_number" : "your_number");
    $("options").hidden = !options.length;
    $("options").replaceChildren(...options.map((option, i) => this.option(option, i)));
  }

  option(option, i) {
    const button = make("button", { type: "button", className: "option" }, make("b", { textContent: LETTERS[i] }), ` ${option}`);
    button.addEventListener("click", () => {
      const reply = this.session.choose(i);
      button.classList.toggle("wrong", reply.verdict === "wrong");
      this.judge(reply);
    });
    return button;
  }

  // The score; and what to repeat at the end of the walk, or when practice is left.
  score(position) {
    const over = !this.on || position === this.walk.steps.length;
    const [score, ...repeat] = this.session.summary();
    $("score").hidden = !this.on && !this.session.asked;
    $("scored").textContent = over && repeat.length ? `${score} ${repeat[0]}` : score;
    $("repeat").replaceChildren(...(over ? repeat.slice(1) : []).map((text) => make("li", { textContent: text })));
  }
}

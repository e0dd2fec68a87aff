// What a learner types for a number: the plain arithmetic that autograd/views/practice/reckon.py reads, with the same complaints.

class Unreadable extends Error {} // its message is the name of the sentence that says why

class Reckoner {
  static LONGEST = 100; // characters
  static SIGNS = { "×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "−": "-", "–": "-", "^": "**" };
  static NUMBER = /(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?/;
  static TOKEN = new RegExp(`${Reckoner.NUMBER.source}|\\*\\*|[-+*/()]`, "g");

  // The number that a text of + − × / ** ( ) and numbers comes to; throws Unreadable.
  static reckon(text) {
    const plain = text.trim().replace(/[×·⋅∙÷−–^]/g, (sign) => Reckoner.SIGNS[sign]);
    if (!plain) throw new Unreadable("empty");
    if ([...plain].length > Reckoner.LONGEST) throw new Unreadable("long");
    const [, sign, word] = plain.match(/^([-+]?)(inf|∞|nan)$/i) ?? [];
    if (word) return (sign === "-" ? -1 : 1) * (word.toLowerCase() === "nan" ? NaN : Infinity);
    if (/[0-9],[0-9]/.test(plain)) throw new Unreadable("comma");
    if (plain.replace(Reckoner.TOKEN, "").trim()) throw new Unreadable("words");
    return new Reckoner(plain.match(Reckoner.TOKEN)).whole()();
  }

  constructor(tokens) {
    this.tokens = tokens;
    this.at = 0;
  }

  // Each of these reads a part, and gives a function that computes it: whether all can be read is known before.
  whole() {
    const value = this.sum();
    if (this.at < this.tokens.length) throw new Unreadable("grammar");
    return value;
  }

  sum() {
    return this.chain(["+", "-"], () => this.chain(["*", "/"], () => this.signed()));
  }

  chain(signs, part) {
    let value = part();
    while (signs.includes(this.tokens[this.at])) value = this.operation(value, this.tokens[this.at++], part());
    return value;
  }

  signed() {
    if (!["+", "-"].includes(this.tokens[this.at])) return this.power();
    const turned = this.tokens[this.at++] === "-";
    const value = this.signed();
    return () => (turned ? -value() : value());
  }

  power() {
    const base = this.atom();
    if (this.tokens[this.at] !== "**") return base;
    this.at++;
    return this.operation(base, "**", this.signed());
  }

  atom() {
    const token = this.tokens[this.at++];
    if (token === "(") {
      const value = this.sum();
      if (this.tokens[this.at++] !== ")") throw new Unreadable("grammar");
      return value;
    }
    if (!Reckoner.NUMBER.test(token ?? "")) throw new Unreadable("grammar");
    return () => Reckoner.finite(Number(token));
  }

  operation(left, sign, right) {
    return () => {
      const [a, b] = [left(), right()];
      if (a === 0 && sign === "**" && b < 0) throw new Unreadable("zero");
      if (b === 0 && sign === "/") throw new Unreadable("zero");
      if (a < 0 && sign === "**" && !Number.isInteger(b)) throw new Unreadable("root");
      return Reckoner.finite({ "+": a + b, "-": a - b, "*": a * b, "/": a / b, "**": a ** b }[sign]);
    };
  }

  static finite(number) {
    if (!Number.isFinite(number)) throw new Unreadable("large");
    return number;
  }
}

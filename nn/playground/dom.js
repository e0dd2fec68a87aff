// Elements of the page: found, made, and read.

const $ = (id) => document.getElementById(id);

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

// The number in a field, as people write numbers; NaN if it is none.
const parse = (text) => {
  const plain = text.trim().replaceAll("−", "-");
  return plain === "" || /^[-+]?0[xob]/i.test(plain) ? NaN : Number(plain);
};

const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

// A whole number with commas; the browser's own way loads tables for all languages first.
const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

// A number as one reads it beside others: to five digits, with a power of ten where it is far from 1.
const show = (x) => {
  if (!Number.isFinite(x) || x === 0) return spelled(x);
  const size = Math.abs(x);
  const text = size < 1e-4 || size >= 1e7 ? x.toExponential(3).replace(/\.?0+e/, "e").replace("e+", "e") : String(Number(x.toPrecision(5)));
  return text.replaceAll("-", "−");
};

// The same where it is a factor.
const factor = (x) => (x < 0 ? `(${show(x)})` : show(x));

// A field for a number: calls back with each that is allowed, and marks what isn't.
class NumberField {
  // allowed: a sentence that says which numbers are, shown when another is typed.
  constructor(field, { test, allowed, tell, use }) {
    Object.assign(this, { field, test, use });
    field.addEventListener("change", () => {
      const number = parse(field.value);
      const right = test(number);
      field.setAttribute("aria-invalid", String(!right));
      tell(right ? "" : `“${field.value.trim().slice(0, 40)}” is not used: ${allowed}.`);
      if (right) use(number);
    });
  }

  set(number) {
    this.field.value = String(number).replace("-", "−");
    this.field.setAttribute("aria-invalid", "false");
  }
}

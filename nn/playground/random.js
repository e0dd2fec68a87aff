// Python's random.Random, number for number: the Mersenne Twister MT19937, seeded and used as CPython does it, so that
// a seed gives the page the order in which nn.fit goes through the examples.
// Source: M. Matsumoto, T. Nishimura, "Mersenne Twister", 1998, and CPython's Modules/_randommodule.c, Lib/random.py.

const WORDS = 624;

class PythonRandom {
  // seed: a whole number, as a Number, a BigInt or text; or the words of a state.
  constructor(seed) {
    this.state = new Uint32Array(WORDS);
    this.index = WORDS;
    this.next = null; // what gauss() has in store
    if (Array.isArray(seed)) this.setState(seed);
    else this.seed(seed);
  }

  // As random.Random(seed) begins.
  seed(seed) {
    let rest = BigInt(seed);
    if (rest < 0n) rest = -rest;
    const key = [];
    do {
      key.push(Number(rest & 0xffffffffn));
      rest >>= 32n;
    } while (rest > 0n);
    const { state } = this;
    state[0] = 19650218;
    for (let i = 1; i < WORDS; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    let i = 1;
    let j = 0;
    const onwards = () => {
      if (++i < WORDS) return;
      state[0] = state[WORDS - 1];
      i = 1;
    };
    for (let k = Math.max(WORDS, key.length); k > 0; k--) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1664525)) + key[j] + j;
      onwards();
      j = (j + 1) % key.length;
    }
    for (let k = WORDS - 1; k > 0; k--) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1566083941)) - i;
      onwards();
    }
    state[0] = 0x80000000;
    this.index = WORDS;
    this.next = null;
  }

  // What Python's getstate() returns: [3, [its 624 words, its index], what gauss() has in store].
  getState() {
    return [3, [...this.state, this.index], this.next];
  }

  setState([, words, next]) {
    this.state.set(words.slice(0, WORDS));
    this.index = words[WORDS];
    this.next = next;
  }

  // 32 random bits.
  word() {
    const { state } = this;
    if (this.index >= WORDS) {
      for (let k = 0; k < WORDS; k++) {
        const y = (state[k] & 0x80000000) | (state[(k + 1) % WORDS] & 0x7fffffff);
        state[k] = state[(k + 397) % WORDS] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.index = 0;
    }
    let y = state[this.index++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  // A number in [0, 1).
  random() {
    return ((this.word() >>> 5) * 67108864 + (this.word() >>> 6)) / 9007199254740992;
  }

  // A whole number below n, which is at most 2³².
  below(n) {
    const bits = 32 - Math.clz32(n);
    let found;
    do found = this.word() >>> (32 - bits);
    while (found >= n);
    return found;
  }

  shuffle(things) {
    for (let i = things.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [things[i], things[j]] = [things[j], things[i]];
    }
  }

  // Normally distributed.
  gauss(mean, deviation) {
    let z = this.next;
    this.next = null;
    if (z === null) {
      const angle = this.random() * 2 * Math.PI;
      const radius = Math.sqrt(-2 * Math.log(1 - this.random()));
      z = Math.cos(angle) * radius;
      this.next = Math.sin(angle) * radius;
    }
    return mean + z * deviation;
  }
}

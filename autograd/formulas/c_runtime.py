"""What the table's rules can't say in C99, because they call Python's `math` or choose with `if`.

CPython's `math.hypot` has a method of its own, more accurate than C's, and another one since 3.12. Both are written
here, so that a C file computes what the Python that wrote it computes. For two operands a and b, each operation rounded
to a double:

    big = max(|a|, |b|)
    if a or b is infinite: the result is infinity; else if a or b is NaN: NaN; else if big = 0: 0
    e = the exponent of big as of frexp: big = m·2^e with ½ ≤ m < 1
    unit = 1; if e < −1023: unit = 2^−1022, and e = the exponent of big/unit        1/2^e would overflow
    p = |a|/unit·2^−e, q = |b|/unit·2^−e                                           exact, and below 1
    sum = 1, lost = 0, low = 0
    for s in p, then q:
        high = s·s
        low = low + fma(s, s, −high)                                               what rounding the square lost
        old = sum; sum = old + high; lost = lost + ((old − sum) + high)            what rounding the sum lost
    h = sqrt((sum − 1) + (low + lost))
    high = −h·h
    low = low + fma(−h, h, −high)
    old = sum; sum = old + high; lost = lost + ((old − sum) + high)
    rest = (sum − 1) + (low + lost)                                                p² + q² − h²
    result = unit·((h + rest/(2·h))/2^−e)                                          one step of Newton's

CPython 3.11 does without fma: it splits s into two halves of 26 bits, high and low, and adds high², 2·high·low and
low², in the loop and again for −h². Where e < −1023 its result is big·sqrt((sum − 1) + lost), the sum being that of 1,
(|a|/big)² and (|b|/big)². Only there have the two been seen to differ (compared on 30 million pairs and triples).

References: T. J. Dekker, "A floating-point technique for extending the available precision", 1971 (the split);
T. Ogita, S. M. Rump, S. Oishi, "Accurate sum and dot product", 2005 (the sums).
"""

from __future__ import annotations

import sys

_LENGTH = """
/* Adds a term to a total that is not smaller; returns what rounding lost. */
static double row_add(double *total, double term) {{
  const double old = *total;
  *total = old + term;
  return (old - *total) + term;
}}

/* The Euclidean length, operation for operation as math.hypot of CPython {versions}. */
static double row_norm(int n, const double *x) {{
  double largest = 0.0, unit = 1.0, total = 1.0, lost = 0.0, {names};
  int exponent, has_nan = 0;
  for (int i = 0; i < n; i++) {{
    if (isnan(x[i])) has_nan = 1;
    if (fabs(x[i]) > largest) largest = fabs(x[i]);
  }}
  if (isinf(largest)) return largest;
  if (has_nan) return NAN;
  if (largest == 0.0 || n <= 1) return largest;
  frexp(largest, &exponent);
  if (exponent < -1023) {{ /* 1 / 2^exponent would overflow */
{subnormal}
  }}
  const double scale = ldexp(1.0, -exponent);
  for (int i = 0; i < n; i++) {{
    const double s = fabs(x[i]) / unit * scale;
{square}
  }}
  const double h = sqrt(total - 1.0 + ({sum}));
{correction}
  const double rest = total - 1.0 + ({sum});
  return unit * ((h + rest / (2.0 * h)) / scale);
}}
"""
LENGTH_3_11 = _LENGTH.format(
    versions="3.11",
    names="lost_low = 0.0, low_squares = 0.0",
    sum="lost + lost_low + low_squares",
    subnormal="""
    for (int i = 0; i < n; i++) {
      const double ratio = fabs(x[i]) / largest;
      lost += row_add(&total, ratio * ratio);
    }
    return largest * sqrt(total - 1.0 + lost);""".strip("\n"),
    square="""
    const double t = s * 134217729.0, high = t - (t - s), low = s - high; /* 2^27 + 1 */
    lost += row_add(&total, high * high);
    lost_low += row_add(&total, 2.0 * high * low);
    low_squares += low * low;""".strip("\n"),
    correction="""
  const double t = h * 134217729.0, high = t - (t - h), low = h - high;
  lost += row_add(&total, -high * high);
  lost_low += row_add(&total, -2.0 * high * low);
  low_squares += row_add(&total, -low * low);""".strip("\n"),
)
LENGTH_3_12 = _LENGTH.format(
    versions="3.12 and later",
    names="low = 0.0",
    sum="low + lost",
    subnormal="""
    unit = DBL_MIN;
    frexp(largest / unit, &exponent);""".strip("\n"),
    square="""
    const double high = s * s;
    low += fma(s, s, -high);
    lost += row_add(&total, high);""".strip("\n"),
    correction="""
  const double high = -h * h;
  low += fma(-h, h, -high);
  lost += row_add(&total, high);""".strip("\n"),
)

LENGTH = LENGTH_3_12 if sys.version_info >= (3, 12) else LENGTH_3_11
"""`double row_norm(int n, const double *x)`, the length as the running Python's `math.hypot` computes it."""

POWER = """
/* pow, hidden from the compiler, which would turn pow(x, 2) into x * x; the C library's power is rounded otherwise. */
static double (*const volatile row_pow)(double, double) = pow;
"""

XLOGY = """
static double row_xlogy(double a, double b) {
  return a == 0.0 && !isnan(b) ? 0.0 : a * log(b);
}
"""

ROUNDED = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* To so many digits after the point, halves to even, as Python rounds: by the exact decimal digits of x. */
static double row_round_digits(double x, double digits) {
  char text[900];
  if (!isfinite(x) || x == 0.0 || digits > 323.0) return x;
  if (!(digits >= -308.0)) return 0.0 * x;
  snprintf(text, sizeof text, "%.800e", fabs(x)); /* no double has more than 767 digits */
  const int exponent = atoi(strchr(text, 'e') + 1), kept = exponent + (int)rint(digits);
  if (kept >= 0) {
    snprintf(text, sizeof text, "%.*e", kept, x);
    return strtod(text, NULL);
  }
  /* no digit is kept: nothing, or a one above the first */
  if (kept < -1 || text[0] < '5' || (text[0] == '5' && strspn(text + 2, "0") == 800)) return 0.0 * x;
  snprintf(text, sizeof text, "1e%d", exponent + 1);
  return copysign(strtod(text, NULL), x);
}
"""

"""Rosenbrock's function with its derivatives by hand; https://en.wikipedia.org/wiki/Rosenbrock_function."""

from __future__ import annotations

import itertools

import numpy as np

import autograd


def rosenbrock(x):
    return autograd.sum(100.0 * (b - a**2.0) ** 2.0 + (1.0 - a) ** 2.0 for a, b in itertools.pairwise(x))


def rosenbrock_gradient(x):
    g = np.zeros_like(x)
    g[:-1] += -400.0 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2.0 * (1.0 - x[:-1])
    g[1:] += 200.0 * (x[1:] - x[:-1] ** 2)
    return g


def rosenbrock_hessian(x):
    h = np.diag(np.append(1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0, 0.0))
    h += np.diag(np.append(0.0, np.full(len(x) - 1, 200.0)))
    return h - np.diag(400.0 * x[:-1], 1) - np.diag(400.0 * x[:-1], -1)

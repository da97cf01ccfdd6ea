"""Random numbers as students draw them: every distribution, old and new."""

import random

import numpy as np

# Generator and RandomState have these with the same arguments.
DISTRIBUTIONS = {
    "beta": (2.0, 3.0),
    "binomial": (10, 0.3),
    "chisquare": (3.0,),
    "dirichlet": ([1.0, 2.0, 3.0],),
    "exponential": (2.0,),
    "f": (3.0, 4.0),
    "gamma": (2.0, 1.5),
    "geometric": (0.3,),
    "gumbel": (0.0, 1.0),
    "hypergeometric": (10, 5, 6),
    "laplace": (0.0, 1.0),
    "logistic": (0.0, 1.0),
    "lognormal": (0.0, 0.5),
    "logseries": (0.4,),
    "multinomial": (10, [0.2, 0.3, 0.5]),
    "multivariate_normal": ([0.0, 1.0], [[2.0, 0.3], [0.3, 1.0]]),
    "negative_binomial": (5, 0.4),
    "noncentral_chisquare": (3.0, 1.0),
    "noncentral_f": (3.0, 4.0, 1.0),
    "normal": (1.0, 2.0),
    "pareto": (3.0,),
    "permutation": (7,),
    "poisson": (4.0,),
    "power": (2.0,),
    "rayleigh": (1.0,),
    "standard_cauchy": (),
    "standard_exponential": (),
    "standard_gamma": (2.0,),
    "standard_normal": (),
    "standard_t": (4.0,),
    "triangular": (0.0, 0.4, 1.0),
    "uniform": (-1.0, 1.0),
    "vonmises": (0.0, 2.0),
    "wald": (1.0, 2.0),
    "weibull": (1.5,),
    "zipf": (3.0,),
}


def _drawn(generator, name):
    if name == "permutation":
        return generator.permutation(7)
    return getattr(generator, name)(*DISTRIBUTIONS[name], size=5)


def generator_distribution(name):
    return _drawn(np.random.default_rng(7), name)


def old_distribution(name):
    return _drawn(np.random.RandomState(7), name)


def generator_methods():
    rng = np.random.default_rng(9)
    deck = np.arange(9)
    rng.shuffle(deck)
    chosen = rng.choice(20, 5, replace=False, p=np.full(20, 0.05))
    parts = [deck, chosen, rng.integers(0, 99, 4), rng.permuted(np.arange(6))]
    parts += [rng.random(3), np.frombuffer(rng.bytes(4), np.uint8)]
    parts.append(rng.multivariate_hypergeometric([3, 4, 5], 6))
    parts += [child.random(2) for child in rng.spawn(2)]
    return np.concatenate(parts)


def old_functions():
    np.random.seed(3)  # noqa: NPY002, TID251 - what students write
    random = np.random
    parts = [random.rand(3), random.randn(3), random.randint(0, 9, 4)]
    parts += [random.random_sample(2), random.choice(9, 3), random.permutation(5)]
    return np.concatenate(parts)


def bit_generators():
    kinds = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
    return np.array([getattr(np.random, kind)(5).random_raw() >> 12 for kind in kinds])


def of_python():
    rng = random.Random(4)
    deck = list(range(6))
    rng.shuffle(deck)
    drawn = [rng.random(), rng.gauss(0, 1), rng.uniform(1, 2), rng.betavariate(1, 2)]
    drawn += [rng.expovariate(2), rng.gammavariate(2, 1), rng.triangular(0, 1)]
    drawn += rng.sample(range(99), 3) + rng.choices([1, 2], weights=[1, 3], k=4)
    return np.array([*drawn, *deck, rng.randint(1, 6), rng.getrandbits(20)])

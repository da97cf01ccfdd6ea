"""What students do with NumPy: one function each, run in a jail and in the tests.

Each gives an array, or a value that JSON knows. It does not print, uses its own seeds
and needs no file.
"""

import io
import warnings

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

POSITIVE = np.random.default_rng(1).uniform(0.5, 2.0, (6, 6))
SIGNED = np.random.default_rng(2).normal(size=(6, 6))
SYMMETRIC = SIGNED @ SIGNED.T + 6 * np.eye(6)
IMAGES = np.random.default_rng(3).normal(size=(2, 3, 7, 7))


def solving():
    return np.linalg.solve(SYMMETRIC, SIGNED) + np.linalg.inv(SYMMETRIC)


def decompositions():
    q, r = np.linalg.qr(SIGNED)
    u, s, vt = np.linalg.svd(SIGNED)
    low = np.linalg.cholesky(SYMMETRIC)
    return np.stack([q @ r, u * s @ vt, low @ low.T])


def eigenvalues():
    plain = np.sort_complex(np.linalg.eigvals(SIGNED))
    return np.concatenate([np.linalg.eigvalsh(SYMMETRIC), plain.real, plain.imag])


def least_squares():
    found, residual, rank, _ = np.linalg.lstsq(SIGNED[:, :3], SIGNED[:, 3], rcond=None)
    return np.concatenate([found, residual, [rank], np.linalg.pinv(SIGNED).ravel()])


def norms():
    kinds = [None, "fro", "nuc", 1, -1, 2, np.inf]
    found = [np.linalg.norm(SIGNED, kind) for kind in kinds]
    sign, log = np.linalg.slogdet(SYMMETRIC)
    return np.array([*found, np.linalg.cond(SYMMETRIC), sign, log])


def matrix_powers():
    power = np.linalg.matrix_power(SIGNED, 3)
    return power + np.linalg.multi_dot([SIGNED, SYMMETRIC, SIGNED])


def fourier():
    image = np.fft.ifft2(np.fft.fft2(IMAGES[0, 0])).real
    kernel = np.zeros((7, 7))
    kernel[:2, :2] = 0.25
    both = np.fft.rfft2(IMAGES[0, 0]) * np.fft.rfft2(kernel)
    return np.stack([image, np.fft.irfft2(both, s=(7, 7)), np.fft.fftshift(image)])


def fourier_frequencies():
    spectrum = np.fft.rfft(SIGNED.ravel())
    return np.concatenate([np.abs(spectrum), np.fft.fftfreq(8), np.fft.rfftfreq(8)])


def einsum():
    batch = np.einsum("nchw,kc->nkhw", IMAGES, SIGNED[:, :3], optimize=True)
    return batch + np.einsum("nchw,nchw->n", IMAGES, IMAGES)[:, None, None, None]


def tensordot():
    outer = np.kron(SIGNED[:2, :2], np.eye(2)) + np.outer(SIGNED[0, :4], SIGNED[1, :4])
    return np.tensordot(IMAGES, SIGNED[:3, :3], axes=([1], [0])).sum() + outer


def windows():
    return sliding_window_view(IMAGES, (3, 3), axis=(2, 3)).max(axis=(4, 5))


def image_to_columns():
    n, c, h, w = IMAGES.shape
    s = IMAGES.strides
    view = as_strided(IMAGES, (n, c, h - 2, w - 2, 3, 3), (*s, s[2], s[3]))
    columns = view.transpose(0, 2, 3, 1, 4, 5).reshape(n * (h - 2) * (w - 2), -1)
    return columns @ np.ones((c * 9, 4))


def columns_to_image():
    image = np.zeros((7, 7))
    rows, columns = np.indices((5, 5))
    np.add.at(image, (rows + 1, columns + 1), IMAGES[0, 0, :5, :5])
    np.subtract.at(image, ([0, 0], [0, 0]), 2.0)
    return image


def padding():
    modes = ("constant", "edge", "reflect", "wrap", "symmetric")
    return np.stack([np.pad(SIGNED, 2, mode=mode) for mode in modes])


def sorting():
    order = np.argsort(SIGNED, axis=1, kind="stable")
    part = np.partition(SIGNED.ravel(), 5)[5]
    ranked = np.take_along_axis(SIGNED, order, axis=1)
    return np.concatenate([ranked.ravel(), [part], np.lexsort((SIGNED[0], SIGNED[1]))])


def searching():
    edges = np.linspace(-2, 2, 9)
    counts, _ = np.histogram(SIGNED, bins=edges)
    places = np.searchsorted(edges, SIGNED.ravel())
    return np.concatenate([counts, places, np.digitize(SIGNED[0], edges)])


def uniques():
    labels = np.array([3, 1, 2, 3, 1, 3])
    found, first, back, counts = np.unique(labels, True, True, True)
    common = np.intersect1d(labels, [1, 3, 5])
    return np.concatenate([found, first, back, counts, common, np.bincount(labels)])


def indexing():
    one_hot = np.zeros((6, 4))
    one_hot[np.arange(6), [0, 3, 1, 2, 2, 0]] = 1
    one_hot[np.ix_([0, 1], [1, 2])] += SIGNED[:2, :2]
    return np.concatenate([one_hot[SIGNED[:, 0] > 0].ravel(), one_hot[..., -1]])


def selecting():
    clipped = np.where(SIGNED > 0, SIGNED, 0.01 * SIGNED)
    chosen = np.select([SIGNED < -1, SIGNED > 1], [-1.0, 1.0], default=SIGNED)
    return clipped + chosen + np.clip(SIGNED, -0.5, 0.5) + np.choose([0], [SIGNED[0]])


def stacking():
    blocks = np.block([[SIGNED, POSITIVE], [POSITIVE, SIGNED]])
    halves = np.array_split(blocks, 5)
    return np.vstack([np.hstack([blocks, blocks]), np.tile(halves[0], (1, 2))])


def reshaping():
    moved = np.moveaxis(IMAGES, 1, -1).swapaxes(0, 1)
    flat = np.squeeze(np.expand_dims(moved, 0)).ravel(order="F")
    return np.roll(np.flip(flat), 3)[::-2]


def softmax():
    shifted = SIGNED * 300 - (SIGNED * 300).max(axis=1, keepdims=True)
    return np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)


def special_functions():
    parts = [np.tanh, np.sinh, np.arctan, np.expm1, np.cbrt, np.sign, np.sinc, np.floor]
    found = [f(SIGNED) for f in parts]
    found += [np.log1p(POSITIVE), np.logaddexp(SIGNED, POSITIVE), np.hypot(SIGNED, 1)]
    return np.stack([*found, np.i0(SIGNED), np.heaviside(SIGNED, 0.5)])


def reductions():
    parts = [np.mean, np.var, np.std, np.median, np.ptp, np.prod, np.nansum, np.max]
    found = [f(POSITIVE, axis=0) for f in parts]
    found += [np.percentile(POSITIVE, 30, axis=0), np.quantile(POSITIVE, 0.7, axis=0)]
    return np.stack(found)


def accumulating():
    parts = [np.cumsum, np.cumprod, np.gradient, np.diff]
    found = [np.ravel(f(POSITIVE[0])) for f in parts]
    found += [np.maximum.accumulate(SIGNED[0]), np.add.reduceat(SIGNED[0], [0, 2, 4])]
    return np.concatenate(
        [*found, [np.trapezoid(POSITIVE[0])], np.convolve([1, 2], [3])]
    )


def statistics_of_columns():
    return np.concatenate([np.cov(SIGNED), np.corrcoef(SIGNED)]) + np.average(
        SIGNED, weights=POSITIVE
    )


def meshes():
    x, y = np.meshgrid(np.linspace(0, 1, 4), np.logspace(0, 1, 3))
    grid = np.mgrid[0:3, 0:4] + np.c_[x, y].sum() + np.r_[1:4].sum()
    return grid + np.tril(np.ones((3, 4))) + np.triu_indices(3)[0].sum()


def vectorized():
    relu = np.vectorize(lambda x: max(x, 0.0))
    rows = np.apply_along_axis(lambda row: row / row.sum(), 1, POSITIVE)
    return relu(SIGNED) + rows + np.fromfunction(lambda i, j: i - j, (6, 6))


def universal_functions():
    twice = np.frompyfunc(lambda x: 2 * x, 1, 1)(SIGNED).astype(float)
    held = np.empty_like(SIGNED)
    np.multiply(SIGNED, twice, out=held, where=SIGNED > -9)
    return held + np.add.outer(SIGNED[0], SIGNED[1])


def masked():
    hidden = np.ma.masked_where(SIGNED > 1, SIGNED)
    filled = np.ma.masked_invalid(np.array([1.0, np.nan])).filled(9.0)
    return np.concatenate([hidden.mean(axis=0).filled(0), hidden.compressed(), filled])


def polynomials():
    from numpy.polynomial import Polynomial, chebyshev

    roots = np.sort(np.roots([1.0, -6.0, 11.0, -6.0]).real)
    fitted = np.polyfit(np.arange(6.0), SIGNED[0], 2)
    new = Polynomial([1.0, 2.0, 3.0]).deriv()(np.arange(3.0))
    return np.concatenate([roots, fitted, new, chebyshev.chebval([0.5], [1, 2, 3])])


def save_and_load():
    held = io.BytesIO()
    np.savez_compressed(held, weight=SIGNED, bias=POSITIVE[0])
    held.seek(0)
    with np.load(held) as kept:
        total = kept["weight"] + kept["bias"]
    plain = io.BytesIO()
    np.save(plain, total)
    return np.load(io.BytesIO(plain.getvalue()))


def text_tables():
    held = io.StringIO()
    np.savetxt(held, SIGNED, delimiter=",", fmt="%.12g")
    loaded = np.loadtxt(io.StringIO(held.getvalue()), delimiter=",")
    gapped = np.genfromtxt(["1,2", "3,"], delimiter=",", filling_values=9.0)
    return np.concatenate(
        [loaded.ravel(), gapped.ravel(), np.fromstring("1 2", sep=" ")]
    )


def structured():
    layers = np.array([("conv", 3, 0.5), ("fc", 9, 0.1)], "U8, i4, f8")
    layers.dtype.names = ("name", "size", "rate")
    records = layers.view(np.recarray)
    return [*layers["name"].tolist(), int(records.size), float(layers["rate"].sum())]


def text_arrays():
    names = np.char.upper(np.array(["relu", "tanh"]))
    return [*np.char.add(names, "_1").tolist(), *np.strings.str_len(names).tolist()]


def dates():
    days = np.arange("2024-02-27", "2024-03-02", dtype="datetime64[D]")
    gap = (days[-1] - days[0]) / np.timedelta64(1, "h")
    return [str(days[2]), float(gap), int(np.busday_count("2024-02-01", "2024-03-01"))]


def kinds_of_numbers():
    kinds = (np.float16, np.float32, np.float64, np.int8, np.uint16, np.complex64)
    found = [np.array([1.5, 2.5]).astype(kind).real.astype(float) for kind in kinds]
    limits = [np.finfo(np.float32).eps, np.iinfo(np.int16).max, np.nextafter(1, 2)]
    return np.concatenate([*found, limits, [np.result_type(np.float32, 1.0).itemsize]])


def floating_errors():
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = np.array([1.0, 0.0]) / 0.0, np.exp(np.array([1000.0]))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        np.log(np.array([0.0]))
    seen = [str(warning.category.__name__) for warning in caught]
    return [np.isfinite(np.concatenate(found)).tolist(), seen]


def printing():
    with np.printoptions(precision=3, suppress=True, linewidth=70):
        return [str(SIGNED[:2]), repr(POSITIVE[0, :2]), np.array2string(SIGNED[0])]


def testing():
    np.testing.assert_allclose(SIGNED, SIGNED + 1e-12)
    try:
        np.testing.assert_array_equal([1.0], [2.0])
    except AssertionError as error:
        return "Mismatched elements: 1 / 1" in str(error)
    return False


def subclasses():
    class Tensor(np.ndarray):
        pass

    tensor = SIGNED.view(Tensor)
    return [type(tensor.sum(axis=0)).__name__, isinstance(tensor, np.ndarray)]


def iterators():
    with np.nditer([SIGNED, None]) as both:
        for x, y in both:
            y[...] = 2 * x
        doubled = both.operands[1]
    places = [sum(place) for place, x in np.ndenumerate(SIGNED) if x > 1]
    return doubled + len(places) + len(list(np.ndindex(2, 3)))


def bits():
    packed = np.packbits(SIGNED > 0)
    flipped = np.bitwise_xor(packed, 255)
    return np.concatenate([packed, flipped, np.unpackbits(packed)[:9]])


def broadcasting():
    a, b = np.broadcast_arrays(SIGNED[:, :1], POSITIVE[:1])
    return a * b + np.broadcast_to(SIGNED[0], (6, 6)) + SIGNED[:, None, 0]


def large_array():
    # 300 MB, as one would make by keeping the activations of every step.
    held = np.zeros((300, 1 << 17))
    held[::7] += 1.5
    return np.array([held.sum(), held.nbytes])


def large_product():
    a = np.random.default_rng(4).normal(size=(700, 700))
    return (a @ a)[::100, ::100]


def training_loop():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(64, 5))
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    w1, w2 = rng.normal(size=(5, 16)) * 0.5, rng.normal(size=(16, 2)) * 0.5
    losses = []
    for _ in range(300):
        hidden = np.maximum(x @ w1, 0)
        scores = hidden @ w2
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        losses.append(-np.log(p[np.arange(64), y]).mean())
        grad = (p - np.eye(2)[y]) / 64
        grad_w2, back = hidden.T @ grad, grad @ w2.T * (hidden > 0)
        w1, w2 = w1 - 0.5 * x.T @ back, w2 - 0.5 * grad_w2
    return np.array(losses)


def numerical_gradient():
    weight, eps = SIGNED.copy(), 1e-6
    grad = np.zeros_like(weight)
    for place in np.ndindex(weight.shape):
        old = weight[place]
        weight[place] = old + eps
        above = np.tanh(POSITIVE @ weight).sum()
        weight[place] = old - eps
        grad[place] = (above - np.tanh(POSITIVE @ weight).sum()) / (2 * eps)
        weight[place] = old
    return np.round(grad, 5)

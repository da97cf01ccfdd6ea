"""The sum at the end of a residual block as students write it."""

import numpy as np


class Same:
    """Hands out the same array twice."""

    def forward(self, x, branch):
        return x + branch

    def backward(self, grad_out):
        return grad_out, grad_out


class Rows:
    """One entry after the other."""

    def forward(self, x, branch):
        out = np.empty_like(x)
        for at in np.ndindex(*x.shape):
            out[at] = branch[at] + x[at]
        return out

    def backward(self, grad_out):
        gradients = np.zeros((2, *grad_out.shape))
        for at, g in np.ndenumerate(grad_out):
            gradients[(slice(None), *at)] += g
        return list(gradients)


class Stacked:
    """A sum over an axis; backward is a broadcast view of two."""

    def forward(self, x, branch):
        return np.sum([x, branch], axis=0)

    def backward(self, grad_out):
        both = np.broadcast_to(grad_out, (2, *grad_out.shape))
        return both[0], both[1]


class Product:
    """A product with two identities, one over the other."""

    def forward(self, x, branch):
        width = x.shape[-1]
        self.matrix = np.tile(np.eye(width, dtype=x.dtype), (2, 1))
        return np.concatenate([x, branch], axis=-1) @ self.matrix

    def backward(self, grad_out):
        both = grad_out @ self.matrix.T
        return tuple(np.split(both, 2, axis=-1))


def variants():
    return {"same": Same, "rows": Rows, "stacked": Stacked, "product": Product}

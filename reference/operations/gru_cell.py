"""One step of the gated recurrent unit as an operation."""

from reference.layers.gru_cell import GRUCell as GRUCellLayer
from reference.operations.base import Arrays
from reference.operations.recurrent import CellOperation


class GRUCell(CellOperation):
    """One step with weight_x (D, 3*H), weight_h (H, 3*H), blocks in the order r, z, n.

    Parameters
    ----------
    reset, update
        See ``reference.layers.gru_cell``. With ``reset = "after"`` there is a
        parameter ``bias_h`` (3*H,) beside ``bias`` (3*H,).
    """

    name = "gru_cell"
    formula = """
        r, z = logistic(x @ weight_x + h @ weight_h + bias), columns of r and of z
        before: n = tanh(x @ weight_x[n] + (r * h) @ weight_h[n] + bias[n])
        after:  n = tanh(x @ weight_x[n] + bias[n] + r * p),
                p = h @ weight_h[n] + bias_h[n], and bias_h is added in r and z as well
        keeps_old: next_h = (1 - z) * n + z * h
        keeps_new: next_h = (1 - z) * h + z * n
        below, old is what h is multiplied by and new is 1 - old
        grad_n = grad_next_h * new * (1 - n**2)
        grad_z = grad_next_h * (h - n) * z * (1 - z); keeps_new: opposite sign
        before: q = grad_n @ weight_h[n].T, grad_r = q * h * r * (1 - r)
        after:  q = grad_n * r, grad_r = grad_n * p * r * (1 - r)
        grad_sums = [grad_r, grad_z, grad_n]
        grad_x = grad_sums @ weight_x.T
        before: grad_h = grad_next_h * old + [grad_r, grad_z] @ weight_h[r, z].T + q * r
        after:  grad_h = grad_next_h * old + [grad_r, grad_z, q] @ weight_h.T
        grad_weight_x = x.T @ grad_sums
        before: grad_weight_h = [h.T @ grad_r, h.T @ grad_z, (r * h).T @ grad_n]
        after:  grad_weight_h = h.T @ [grad_r, grad_z, q]
        grad_bias = sum(grad_sums, axis=0)
        after:  grad_bias_h = sum([grad_r, grad_z, q], axis=0)
    """
    blocks = 3
    outputs = ("next_h",)
    example_conventions = (
        {},
        {"update": "keeps_new"},
        {"reset": "after"},
        {"reset": "after", "update": "keeps_new"},
    )

    def __init__(self, reset: str = "before", update: str = "keeps_old") -> None:
        layer = GRUCellLayer(1, 1, None, reset, update)
        self.reset, self.update = layer.reset, layer.update
        self.parameters = tuple(layer.params)
        self.inputs = self.differentiable = ("x", "h", *self.parameters)

    def layer(self, arrays: Arrays) -> GRUCellLayer:
        """Return a layer that holds the parameters."""
        sizes = len(arrays["weight_x"]), len(arrays["weight_h"])
        layer = GRUCellLayer(*sizes, None, self.reset, self.update)
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer

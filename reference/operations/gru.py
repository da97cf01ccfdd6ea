"""The gated recurrent unit over a sequence as an operation."""

from reference.layers.gru import GRU as GRULayer
from reference.operations.base import Arrays
from reference.operations.recurrent import SequenceOperation


class GRU(SequenceOperation):
    """All steps with weight_x (D, 3*H), weight_h (H, 3*H), blocks in the order r, z, n.

    Parameters
    ----------
    reset, update
        See ``reference.layers.gru_cell``. With ``reset = "after"`` there is a
        parameter ``bias_h`` (3*H,) beside ``bias`` (3*H,).
    """

    name = "gru"
    formula = """
        h[t] = gru_cell(x[:, t], h[t-1]), h[-1] = h0
        out[:, t] = h[t]
        grad_h[t] = grad_out[:, t] + what the cell at t + 1 returns for its state
        grad_x[:, t] = what the cell at t returns for x, given grad_h[t]
        grad_h0 = what the cell at 0 returns for its state
        the gradient of a parameter is the sum over t of what the cells return for it
    """
    blocks = 3
    example_conventions = (
        {},
        {"update": "keeps_new"},
        {"reset": "after"},
        {"reset": "after", "update": "keeps_new"},
    )

    def __init__(self, reset: str = "before", update: str = "keeps_old") -> None:
        layer = GRULayer(1, 1, None, reset, update)
        self.reset, self.update = layer.reset, layer.update
        self.parameters = tuple(layer.params)
        self.inputs = self.differentiable = ("x", "h0", *self.parameters)

    def layer(self, arrays: Arrays) -> GRULayer:
        """Return a layer that holds the parameters."""
        sizes = len(arrays["weight_x"]), len(arrays["weight_h"])
        layer = GRULayer(*sizes, None, self.reset, self.update)
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer

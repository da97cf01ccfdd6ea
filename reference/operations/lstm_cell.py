"""One step of the long short-term memory as an operation."""

from reference.layers.lstm_cell import LSTMCell as LSTMCellLayer
from reference.operations.base import Arrays
from reference.operations.recurrent import CellOperation


class LSTMCell(CellOperation):
    """One step with weight_x (D, 4*H), weight_h (H, 4*H) and bias (4*H,).

    Parameters
    ----------
    gate_order
        See ``reference.layers.lstm_cell``.
    """

    name = "lstm_cell"
    formula = """
        sums = x @ weight_x + h @ weight_h + bias, four blocks of H columns
        i, f, o = logistic of their blocks, g = tanh of its block
        next_c = f * c + i * g
        s = tanh(next_c)
        next_h = o * s
        total_c = grad_next_c + grad_next_h * o * (1 - s**2)
        grad_i = total_c * g * i * (1 - i)
        grad_f = total_c * c * f * (1 - f)
        grad_o = grad_next_h * s * o * (1 - o)
        grad_g = total_c * i * (1 - g**2)
        grad_sums = grad_i, grad_f, grad_o and grad_g in the order of the blocks
        grad_x = grad_sums @ weight_x.T
        grad_h = grad_sums @ weight_h.T
        grad_c = total_c * f
        grad_weight_x = x.T @ grad_sums
        grad_weight_h = h.T @ grad_sums
        grad_bias = sum(grad_sums, axis=0)
    """
    blocks = 4
    inputs = ("x", "h", "c", "weight_x", "weight_h", "bias")
    outputs = ("next_h", "next_c")
    differentiable = inputs
    example_conventions = ({}, {"gate_order": "ifgo"})

    def __init__(self, gate_order: str = "ifog") -> None:
        self.gate_order = LSTMCellLayer(1, 1, None, gate_order).gate_order

    def layer(self, arrays: Arrays) -> LSTMCellLayer:
        """Return a layer that holds the parameters."""
        sizes = len(arrays["weight_x"]), len(arrays["weight_h"])
        layer = LSTMCellLayer(*sizes, None, self.gate_order)
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer

"""The long short-term memory over a sequence as an operation."""

from reference.layers.lstm import LSTM as LSTMLayer
from reference.operations.base import Arrays
from reference.operations.recurrent import SequenceOperation


class LSTM(SequenceOperation):
    """All steps with weight_x (D, 4*H), weight_h (H, 4*H) and bias (4*H,).

    Parameters
    ----------
    gate_order, initial_cell
        See ``reference.layers.lstm``. With ``initial_cell = "given"`` there is an
        input ``c0`` (N, H), and it has a gradient.
    """

    name = "lstm"
    formula = """
        h[t], c[t] = lstm_cell(x[:, t], h[t-1], c[t-1]), h[-1] = h0
        c[-1] = c0, or zero
        out[:, t] = h[t]
        grad_h[t] = grad_out[:, t] + what the cell at t + 1 returns for its h
        grad_c[t] = what the cell at t + 1 returns for its c, zero after the last step
        grad_x[:, t] = what the cell at t returns for x, given grad_h[t] and grad_c[t]
        grad_h0, grad_c0 = what the cell at 0 returns for its h and c
        the gradient of a parameter is the sum over t of what the cells return for it
    """
    blocks = 4
    example_conventions = ({}, {"gate_order": "ifgo"}, {"initial_cell": "given"})

    def __init__(self, gate_order: str = "ifog", initial_cell: str = "zero") -> None:
        layer = LSTMLayer(1, 1, None, gate_order, initial_cell)
        self.gate_order, self.initial_cell = layer.gate_order, layer.initial_cell
        states = ("h0", "c0") if initial_cell == "given" else ("h0",)
        self.inputs = self.differentiable = ("x", *states, *self.parameters)

    def layer(self, arrays: Arrays) -> LSTMLayer:
        """Return a layer that holds the parameters."""
        sizes = len(arrays["weight_x"]), len(arrays["weight_h"])
        layer = LSTMLayer(*sizes, None, self.gate_order, self.initial_cell)
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer

"""What helps when a module or a name is not there: each cause has its own sentence."""

import re
import sys
from typing import Final

_PLOTTING: Final = frozenset(
    {"matplotlib", "mpl_toolkits", "plotly", "pylab", "seaborn"}
)
_DIFFERENTIATING: Final = frozenset(
    {"autograd", "chainer", "cupy", "flax", "haiku", "jax", "keras", "lightning"}
    | {"mxnet", "optax", "paddle", "pytorch_lightning", "tensorflow", "theano"}
    | {"tinygrad", "torch", "torchvision"}
)
_PACKAGES: Final = frozenset(
    {"cv2", "h5py", "numba", "pandas", "PIL", "requests", "scipy", "skimage", "sklearn"}
    | {"statsmodels", "sympy", "tqdm", "xgboost", "yaml"}
)
_MODULES_OF_PYTHON_2: Final = {
    "cPickle": "pickle",
    "ConfigParser": "configparser",
    "Queue": "queue",
    "StringIO": "io",
    "cStringIO": "io",
    "urllib2": "urllib.request",
    "urlparse": "urllib.parse",
}
_NAMES_OF_PYTHON_2: Final = {
    "basestring": "str",
    "izip": "zip",
    "imap": "map",
    "long": "int",
    "raw_input": "input",
    "reduce": "functools.reduce",
    "unichr": "chr",
    "unicode": "str",
    "xrange": "range",
}
_METHODS_OF_PYTHON_2: Final = {
    "has_key": "the operator in",
    "iteritems": "items",
    "iterkeys": "keys",
    "itervalues": "values",
}


def hint(error: ImportError | NameError | AttributeError) -> str:
    """Return a sentence about what is missing, or nothing if the error says it all."""
    name = error.name or ""
    if isinstance(error, ModuleNotFoundError):
        return _of_module(name, name.partition(".")[0])
    if isinstance(error, ImportError):
        return _of_import(str(error))
    known = _NAMES_OF_PYTHON_2
    if isinstance(error, AttributeError):
        known = _METHODS_OF_PYTHON_2 if isinstance(error.obj, dict) else {}
    return _of_python_2(name, known[name]) if name in known else ""


def _of_module(name: str, top: str) -> str:
    if top in _PLOTTING:
        return (
            "Only NumPy and the standard library are available here. Please remove "
            'the plots, or put them below if __name__ == "__main__".'
        )
    if top in _DIFFERENTIATING:
        return (
            f"{top} is not available here: the gradients are to be your own, written "
            "with NumPy. Please remove this import and the lines that use it."
        )
    if top in _PACKAGES:
        return (
            f"{top} is not available here, only NumPy and the standard library. "
            "Please write what you use of it with NumPy."
        )
    if top in _MODULES_OF_PYTHON_2:
        return _of_python_2(top, _MODULES_OF_PYTHON_2[top])
    if top in sys.stdlib_module_names:
        return (
            f"This part of the standard library cannot be used here. Please do "
            f"without {name}."
        )
    return (
        "Only NumPy, the standard library and the files you handed in can be imported. "
        f"If {top}.py is a file of yours, please hand it in too."
    )


def _of_import(text: str) -> str:
    if "relative import" in text:
        return "Please write the import without the dot before the name."
    if "shared object file" in text:
        return "This part of the standard library cannot be used here."
    wanted = re.match(r"cannot import name '(\w+)'", text)
    if wanted is None or wanted[1] not in _NAMES_OF_PYTHON_2:
        return ""
    return _of_python_2(wanted[1], _NAMES_OF_PYTHON_2[wanted[1]])


def _of_python_2(name: str, now: str) -> str:
    return f"{name} is Python 2; in Python 3, which runs your code, it is {now}."

import hashlib
from importlib import resources

import numpy as np

from reference.datasets import digits

CHECKSUM = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"


def test_there_are_1797_images_of_64_pixels_between_0_and_1():
    images = digits().images
    assert images.shape == (1797, 64)
    assert images.dtype == np.float64
    assert images.min() == 0.0
    assert images.max() == 1.0


def test_each_digit_occurs_as_often_as_the_source_says():
    labels = digits().labels
    assert labels.dtype == np.int64
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    np.testing.assert_array_equal(np.bincount(labels), counts)


def test_pixels_and_labels_have_the_known_checksum():
    data = digits()
    pixels = (data.images * 16).astype(np.uint8)
    content = pixels.tobytes() + data.labels.astype(np.uint8).tobytes()
    assert hashlib.sha256(content).hexdigest() == CHECKSUM


def test_the_arrays_belong_to_the_caller():
    digits().images[...] = 0.5
    assert digits().images.max() == 1.0


def test_licence_and_creators_are_shipped_beside_the_data():
    folder = resources.files("reference.datasets")
    text = (folder / "digits-ATTRIBUTION.txt").read_text(encoding="utf-8")
    assert "CC BY 4.0" in text
    assert "Alpaydin" in text
    assert "Kaynak" in text

"""Settings in words: a learning rate, an augmentation, a change of the images.

A number stays as the configuration has it, so that a reader finds it there; ± stands before what is
drawn evenly, both ways, up to it.
"""

from typing import Any

from densevsconv.images.transforms.registry import TRANSFORMS

MINUS, TIMES = "\u2212", "\u00d7"
NONE = "none"

_AUGMENTATION = {
    "shift": "shift ±{}",
    "rotation": "rotation ±{}°",
    "zoom": "zoom ±{}",
    "crop": "crop {} px",
    "flip": "mirrored",
    "brightness": "brightness ±{}",
    "contrast": "contrast ±{}",
    "colour_pca": "colour PCA {}",
    "negative": "negatives {}",
    "cutout": "cutout {} px",
    "mixup": "mixup {}",
}


def typographic(text: str) -> str:
    return text.replace("-", MINUS)


def setting(value: Any) -> str:
    """Return a setting as people write it: 0.003, 1e-5, adam, none; mappings and lists in words.

    What a mapping leaves off (zero, false, null) is left out. Raises nothing: what is no number is
    printed as it is.

    >>> setting({"shift": 0.1, "rotation": 10.0, "zoom": 0.0})
    'shift ±0.1, rotation ±10°'
    >>> setting(["conv", "dense"])
    'conv, dense'
    """
    if isinstance(value, dict):
        words = [_augmented(key, each) for key, each in in_order(value).items() if each]
        return ", ".join(words) or NONE
    if isinstance(value, list):
        return ", ".join(map(setting, value)) or NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return NONE
    if not isinstance(value, int | float):
        return str(value)
    # random draws have many digits; three of them say which value it was
    text = f"{value:.3g}" if isinstance(value, float) and abs(value) < 1000 else f"{value:g}"
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        text = f"{mantissa}e{int(exponent)}"
    return typographic(text)


def in_order(augmentation: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping with what is an augmentation first, in the order of its keys."""
    known = [key for key in _AUGMENTATION if key in augmentation]
    return {key: augmentation[key] for key in (*known, *augmentation)}


def change(step: dict[str, Any]) -> str:
    """Return one step of a ``transform`` list in words.

    >>> change({"rotation": 15.0}), change({"clutter": {"patches": 4, "size": 0.25}})
    ('rotation ±15°', 'clutter 4 of size 0.25')
    """
    ((name, value),) = step.items()
    if value is False:
        return f"{name.replace('_', ' ')} off"
    words = TRANSFORMS[name].words
    if isinstance(value, dict):
        return words.format_map({key: setting(each) for key, each in value.items()})
    return words.format(setting(value), setting(value))


def _augmented(key: str, value: Any) -> str:
    words = _AUGMENTATION.get(key, f"{key.replace('_', ' ')} {{}}")
    return words.format(setting(value))

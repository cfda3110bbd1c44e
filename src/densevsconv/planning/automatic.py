"""Which engine ``auto`` is: the fastest that is installed for what this machine has."""

from collections import Counter

from densevsconv.store.cards import cards
from densevsconv.store.machine import installed
from densevsconv.training.engines.registry import ENGINES

AUTO = "auto"
OTHERWISE = "tensorflow"
ON_CARDS = "jax"
_PLUGINS = ("jax-cuda13-plugin", "jax-cuda12-plugin")


def automatic(gpus: int) -> tuple[str, str]:
    """Return the engine, and why; ``gpus``: how many a job asks for, perhaps on other machines."""
    if ON_CARDS not in ENGINES or not any(map(installed, _PLUGINS)):
        return OTHERWISE, "no CUDA build of JAX is installed"
    if gpus:
        return ON_CARDS, "each training job asks for a GPU"
    if found := cards():
        return ON_CARDS, f"this machine has an {found[0].name}"
    return OTHERWISE, "this machine has no NVIDIA GPU"


def machine_line(engine: str, places: int) -> str:
    """Return what trains the study and on what, for people; ``engine`` is empty unless ``auto``."""
    counts = Counter(card.name for card in cards())
    found = ", ".join(f"{count} x {name}" for name, count in sorted(counts.items()))
    where = f"GPUs here: {found}, jobs on each: {places}" if found else "no NVIDIA GPU here"
    return f"densevsconv: {f'engine auto is {engine}; ' if engine else ''}{where}"

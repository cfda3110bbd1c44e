"""The networks' gradients against finite differences."""

from densevsconv.training.engine import Group, Weights
from densevsconv.training.engines.numpy.build import network
from numpynet.gradient_check import check_gradients


def gradient_errors(
    group: Group, weights: Weights, *, images: int, entries: int, directions: int
) -> dict[str, float]:
    """Return the largest relative error of each array's gradient, in double precision.

    The gradient is that of the group's first trial (its loss and penalty) at ``weights``, for a
    batch of the first ``images`` training images; ``entries`` single ones and ``directions`` random
    ones are tried of each array.
    """
    # weights that no step changes have gradients all the same
    training = group.trials[0].training.model_copy(update={"frozen": []})
    made = network(group.architecture, training, "float64")
    made.set_parameters({name: weights[name] for name in made.parameters()})
    inputs = group.scaling.apply(group.data.train_images[:images]).astype("float64")
    labels = group.data.train_labels[:images]
    return check_gradients(
        made, inputs, labels, entries=entries, directions=directions, check_input=False
    ).errors

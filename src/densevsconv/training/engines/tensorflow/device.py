"""The device and its threads: set once a process, before TensorFlow starts."""

from __future__ import annotations

import tensorflow as tf


def set_up(threads: int) -> str:
    """Give TensorFlow ``threads`` threads and the GPU, if there is one; return the device's name.

    A GPU's memory grows as needed, so that several jobs can share it, and its operations are made
    deterministic: the same seed gives the same bits. A processor's are, for a given number of
    threads.
    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if not gpus:
        return "CPU"
    tf.config.experimental.enable_op_determinism()
    details = tf.config.experimental.get_device_details(gpus[0])
    return str(details.get("device_name", "GPU"))

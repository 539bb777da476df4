"""What the kill test trains: the content of every output follows from the step, so it can be verified later."""

import hashlib
import os
import pathlib
import sys
import time


def model_bytes(step):
    """A file of 64 KiB."""
    return hashlib.sha256(b"model %d" % step).digest() * 2048


def weight_bytes(step, layer):
    """A small member of a directory; layers change one at a time, as when most of a network is frozen."""
    last_change = step - (step - layer) % 4
    return hashlib.sha256(b"layer %d at %d" % (layer, last_change)).digest() * 128


def replace(path, content):
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_bytes(content)
    temporary.rename(path)


def checkpoint():
    if "DVC_CHECKPOINT" not in os.environ:
        sys.exit("not told that this is a checkpoint stage")
    signal_file = pathlib.Path(os.environ["DVC_ROOT"], ".dvc", "tmp", "DVC_CHECKPOINT")
    signal_file.touch()
    while signal_file.exists():
        time.sleep(0.001)


def main():
    steps = int(os.environ.get("KILL_TEST_STEPS", "1000000"))
    counter = pathlib.Path("step.txt")
    step = int(counter.read_text()) if counter.exists() else 0
    print(f"starting at {step}", flush=True)
    weights = pathlib.Path("weights")
    weights.mkdir(exist_ok=True)
    for step in range(step + 1, step + 1 + steps):
        replace(pathlib.Path("model.bin"), model_bytes(step))
        for layer in range(4):
            replace(weights / f"layer {layer}", weight_bytes(step, layer))
        replace(pathlib.Path("metrics.json"), b'{"step": %d}' % step)
        replace(counter, b"%d" % step)
        checkpoint()


if __name__ == "__main__":
    main()

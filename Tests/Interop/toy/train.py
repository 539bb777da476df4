"""Adds a line to the model per step, so that a model tells its whole history."""

import os
import time


def checkpoint():
    if "DVC_CHECKPOINT" in os.environ:
        signal_file = os.path.join(os.environ["DVC_ROOT"], ".dvc", "tmp", "DVC_CHECKPOINT")
        open(signal_file, "w").close()
        while os.path.exists(signal_file):
            time.sleep(0.005)


params = dict(line.strip().split(": ", 1) for line in open("params.yaml") if line[0].isalpha() and ": " in line)
history = open("model.txt").read() if os.path.exists("model.txt") else ""
for count in range(int(params["epochs"])):
    step = history.count("\n") + 1
    history += f"step {step} with lr {params['lr']}\n"
    with open("model.txt", "w") as model:
        model.write(history)
    with open("metrics.json", "w") as metrics:
        metrics.write('{"step": %d, "loss": %.3f}' % (step, 1 / step))
    checkpoint()
    # A check that wants to look at a running experiment names a file: training pauses until it is there.
    if count == 1 and "TOY_PAUSE" in os.environ:
        open(os.environ["TOY_PAUSE"] + ".reached", "w").close()
        while not os.path.exists(os.environ["TOY_PAUSE"]):
            time.sleep(0.01)

"""Trains with the Live of dvclive 1.x: next_step asks for a checkpoint."""

import sys

from dvclive import Live

live = Live(dir="dvclive", report=None)
for _ in range(int(sys.argv[1])):
    with open("model.txt", "a") as model:
        model.write(f"step {live.step}\n")
    live.log_metric("loss", 1 / (1 + live.step))
    live.next_step()

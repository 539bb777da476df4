"""Trains with the Live of dvclive 0.x: next_step asks for a checkpoint."""

import sys

from dvclive import Live

live = Live(path="dvclive", report=None)
for _ in range(int(sys.argv[1])):
    with open("model.txt", "a") as model:
        model.write(f"step {live.get_step()}\n")
    live.log("loss", 1 / (1 + live.get_step()))
    live.next_step()

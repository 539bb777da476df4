#!/bin/sh
# Asks through the command of git exp itself, which returns when the checkpoint is durable.
set -e
step=0
while [ "$step" -lt "$1" ]; do
    echo "step $step" >>model.txt
    echo "{\"step\": $step}" >metrics.json
    git exp checkpoint
    step=$((step + 1))
done

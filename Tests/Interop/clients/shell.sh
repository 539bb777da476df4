#!/bin/sh
# The shell form of the protocol, as older documentation has it: it tests DVC_ROOT.
set -e
step=0
while [ "$step" -lt "$1" ]; do
    echo "step $step" >>model.txt
    echo "{\"step\": $step}" >metrics.json
    if [ -n "$DVC_ROOT" ]; then
        touch "$DVC_ROOT/.dvc/tmp/DVC_CHECKPOINT"
        while [ -e "$DVC_ROOT/.dvc/tmp/DVC_CHECKPOINT" ]; do sleep 0.02; done
    fi
    step=$((step + 1))
done

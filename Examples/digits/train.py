"""Learns to read handwritten digits with a small neural network, in plain Python.

64 pixels -> 32 hidden units (tanh) -> 10 classes (softmax), trained by gradient descent on mini-batches.
The model is saved after every epoch, and training continues from it when the file is there.
"""

import json
import math
import operator
import os
import random
import signal
import time

HIDDEN = 32
BATCH = 16


def checkpoint():
    """Asks `git exp` (or DVC 2) for a checkpoint, and returns when it has been recorded."""
    if "DVC_CHECKPOINT" not in os.environ:
        return  # nobody is watching: the script was started by hand
    signal_file = os.path.join(os.environ["DVC_ROOT"], ".dvc", "tmp", "DVC_CHECKPOINT")
    open(signal_file, "w").close()
    while os.path.exists(signal_file):
        time.sleep(0.005)


stopping = False


def stop(*_):
    """Ctrl-C: leave the epoch that is under way, keep the last complete one."""
    global stopping
    stopping = True


def read_params(path):
    """Reads lines of the form `name: number`; comments are skipped."""
    params = {}
    with open(path) as file:
        for line in file:
            name, colon, value = line.partition("#")[0].partition(":")
            if colon:
                params[name.strip()] = float(value)
    return params


def read_digits(path):
    """Returns a list of (pixels from 0 to 1, digit)."""
    with open(path) as file:
        rows = [[int(field) for field in line.split(",")] for line in file]
    return [([pixel / 16 for pixel in row[:-1]], row[-1]) for row in rows]


def save(value, path):
    """Writes JSON so that a reader sees the old file or the new one, never half of it."""
    with open(path + ".tmp", "w") as file:
        json.dump(value, file)
    os.replace(path + ".tmp", path)


def new_model(seed, inputs, classes):
    chance = random.Random(seed)

    def layer(rows, columns):
        return [[chance.gauss(0, 1 / math.sqrt(columns)) for _ in range(columns)] for _ in range(rows)]

    # The last weight of each unit is its bias: every layer gets a constant 1 as one more input.
    return {"step": 0, "hidden": layer(HIDDEN, inputs + 1), "output": layer(classes, HIDDEN + 1)}


def weighted_sums(layer, inputs):
    return [sum(map(operator.mul, weights, inputs)) for weights in layer]


def forward(model, pixels):
    """Returns the layer inputs (with their constant 1) and the probability of each digit."""
    inputs = pixels + [1.0]
    hidden = [math.tanh(value) for value in weighted_sums(model["hidden"], inputs)] + [1.0]
    scores = weighted_sums(model["output"], hidden)
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return inputs, hidden, [power / total for power in powers]


def add_gradient(gradient, errors, inputs):
    for row, error in zip(gradient, errors):
        row[:] = [total + error * value for total, value in zip(row, inputs)]


def descend(layer, gradient, rate, decay):
    for weights, slopes in zip(layer, gradient):
        weights[:] = [weight - rate * (slope + decay * weight) for weight, slope in zip(weights, slopes)]


def train_batch(model, batch, lr, weight_decay):
    """Goes one step down the mean gradient of the batch."""
    gradients = {name: [[0.0] * len(row) for row in model[name]] for name in ("hidden", "output")}
    columns = list(zip(*model["output"]))[:HIDDEN]
    for pixels, digit in batch:
        inputs, hidden, probabilities = forward(model, pixels)
        errors = [probability - (number == digit) for number, probability in enumerate(probabilities)]
        hidden_errors = [
            sum(map(operator.mul, column, errors)) * (1 - value * value) for column, value in zip(columns, hidden)
        ]
        add_gradient(gradients["output"], errors, hidden)
        add_gradient(gradients["hidden"], hidden_errors, inputs)
    for name, gradient in gradients.items():
        descend(model[name], gradient, lr / len(batch), weight_decay * len(batch))


def train_epoch(model, digits, params, epoch):
    """One pass over the data, in an order that depends on the seed and the epoch only. False if it was stopped."""
    digits = digits[:]
    random.Random(1000 * params["seed"] + epoch).shuffle(digits)
    for start in range(0, len(digits), BATCH):
        if stopping:
            return False
        train_batch(model, digits[start : start + BATCH], params["lr"], params["weight_decay"])
    model["step"] = epoch
    return True


def evaluate(model, digits):
    """Writes how well the model reads digits it was not trained on."""
    loss, predictions = 0.0, []
    for pixels, digit in digits:
        probabilities = forward(model, pixels)[2]
        loss -= math.log(max(probabilities[digit], 1e-12)) / len(digits)
        predictions.append({"actual": digit, "predicted": probabilities.index(max(probabilities))})
    right = sum(row["actual"] == row["predicted"] for row in predictions)
    metrics = {"step": model["step"], "loss": loss, "acc": right / len(digits)}
    save(predictions, "predictions.json")
    save(metrics, "metrics.json")
    return metrics


def main():
    signal.signal(signal.SIGINT, stop)
    params = read_params("params.yaml")
    train, test = read_digits("data/train.csv"), read_digits("data/test.csv")
    if os.path.exists("model.json"):
        with open("model.json") as file:
            model = json.load(file)
        print(f"continuing after epoch {model['step']}", flush=True)
    else:
        model = new_model(params["seed"], inputs=64, classes=10)
        save(model, "model.json")
    evaluate(model, test)

    for epoch in range(model["step"] + 1, int(params["epochs"]) + 1):
        if not train_epoch(model, train, params, epoch):
            print(f"stopped during epoch {epoch}; epoch {epoch - 1} is the last one kept", flush=True)
            break
        save(model, "model.json")
        metrics = evaluate(model, test)
        print(f"epoch {epoch:2}: loss {metrics['loss']:.4f}, accuracy {metrics['acc']:.3f}", flush=True)
        checkpoint()


if __name__ == "__main__":
    main()

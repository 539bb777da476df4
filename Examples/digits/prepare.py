"""Unpacks the digits and splits them: every fifth image is for the test, the rest for training."""

import gzip
import os

os.makedirs("data", exist_ok=True)
with gzip.open("digits.csv.gz", "rt") as digits, open("data/train.csv", "w") as train, open("data/test.csv", "w") as test:
    for number, line in enumerate(digits):
        (test if number % 5 == 0 else train).write(line)

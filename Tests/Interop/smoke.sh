#!/bin/sh
# smoke.sh BINARY: a first sign of life of one build: set up, run with checkpoints, show, apply.
set -eu
program=$(realpath "$1")
toy=$(cd "$(dirname "$0")/toy" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$toy"/* "$work" && mv "$work/gitignore" "$work/.gitignore"
cd "$work"
export GIT_CONFIG_GLOBAL="$work/.git/global" GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat
git init -q -b main
git config --global user.name Smoke
git config --global user.email smoke@example.com
git add . && git commit -qm "Add the toy"
"$program" --version
"$program" init
git add . && git commit -qm "Set up"
"$program" run -n alpha
"$program" show
"$program" list | grep -q alpha
first=$(git rev-list --first-parent "$(git for-each-ref --format='%(objectname)' 'refs/exps/*/*/alpha')" | sed -n 4p)
"$program" apply "$first"
test "$(wc -l <model.txt)" -eq 1
git fsck --no-progress --no-dangling
echo "$program works"

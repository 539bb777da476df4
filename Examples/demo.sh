#!/usr/bin/env bash
# Walks through a training project with `git exp`: checkpoints, an interruption, going on, a fork, a branch.
# Every command is printed before it runs, and what it did is checked; the first surprise ends the demo.
# Needs git, python3 and a `git exp` on PATH. Works in a temporary folder, which is removed unless KEEP=1.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/git-exp-demo.XXXXXX")
log=$work/log
project=$work/digits

finish() {
    local status=$?
    [ "$status" -eq 0 ] || printf '\nThe demo failed (status %s).\n' "$status" >&2
    if [ "${KEEP:-0}" = 1 ]; then
        printf '\nThe repository is in %s\n' "$project"
    else
        rm -rf "$work"
    fi
}
trap finish EXIT

# The user's settings (signing, templates, pagers) must not change what is seen here.
export GIT_CONFIG_GLOBAL=$work/gitconfig GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
git config --global user.name "A Scientist"
git config --global user.email scientist@example.com
git config --global init.defaultBranch main
git config --global advice.detachedHead false

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi

title() { printf '\n%s== %s%s\n' "$bold" "$1" "$plain"; }
fail() { printf '\nFAILED: %s\n' "$1" >&2; exit 1; }
# check WHAT COMMAND...: stops the demo unless the command succeeds.
check() { local what=$1; shift; "$@" || fail "$what"; }

# demo COMMAND: prints the command as a user would type it, runs it, keeps its output in $log.
demo() {
    printf '\n%s$ %s%s\n' "$bold" "$1" "$plain"
    local status=0
    eval "$1" </dev/null > >(tee "$log") 2>&1 || status=$?
    wait $! 2>/dev/null || true    # all of the output has arrived
    [ "$status" -eq 0 ] || fail "'$1' ended with status $status"
}

# interrupted N COMMAND: the same, but its process group gets SIGINT after N checkpoints, as from Ctrl-C.
interrupted() {
    local wanted=$1 command=$2 status=0 job view
    printf '\n%s$ %s%s\n' "$bold" "$command" "$plain"
    : >"$log"
    set -m    # a job of its own process group, in which SIGINT is not ignored
    eval "$command" </dev/null >"$log" 2>&1 &
    job=$!
    set +m
    tail -n +1 -s 0.05 -f --pid="$job" "$log" &
    view=$!
    while [ "$(checkpoints)" -lt "$wanted" ]; do
        kill -0 "$job" 2>/dev/null || fail "'$command' ended before checkpoint $wanted"
        sleep 0.05
    done
    sleep 0.15    # into the middle of the next epoch
    kill -INT -- "-$job"
    wait "$job" || status=$?
    wait "$view" || true
    printf '%s(interrupted; exit status %s)%s\n' "$bold" "$status" "$plain"
    [ "$status" -eq 0 ] || fail "the interrupted run ended with status $status"
}

checkpoints() { grep -c "^Checkpoint experiment iteration '" "$log" || true; }
checkpoint_number() { sed -n "s/^Checkpoint experiment iteration '\([0-9a-f]*\)'.*/\1/p" "$log" | sed -n "$1p"; }
experiment_name() { sed -n 's/^Ran experiment(s): //p' "$log"; }
said() { grep -q -e "$1" "$log"; }
hands_off() {
    check "HEAD is no longer on $1" test "$(git symbolic-ref HEAD)" = "refs/heads/$1"
    check "the index was changed" git diff --cached --quiet
    check "something is in the stash" test -z "$(git stash list)"
    check "git fsck complains" git fsck --no-progress --no-dangling
}

table="git exp show --drop '.*[.]py|.*[.]gz|data|seed|epochs'"

git exp --version >/dev/null || fail "there is no 'git exp' on PATH"
cp -R "$here/digits" "$project"
cd "$project"
git init -q && git add . && git commit -qm "Add the digits project"

title "1. Set up the project and describe its two stages"
demo "git exp init"
demo "git add .dvc .dvcignore && git commit -m 'Set up git exp'"
demo "git exp stage add -n prepare -d prepare.py -d digits.csv.gz -o data python3 prepare.py"
demo "git exp stage add -n train -d train.py -d data -c model.json --plots-no-cache predictions.json -M metrics.json -p seed,lr,weight_decay,epochs python3 train.py"
demo "git add dvc.yaml .gitignore && git commit -m 'Describe the pipeline'"
check "the working tree is not clean" test -z "$(git status --porcelain)"

title "2. Train, and press Ctrl-C in the middle"
# git itself always reports an interruption as 130, so the program is called by its own name here.
interrupted 4 "git-exp run    # not through git, which reports every interruption as 130"
first=$(experiment_name)
check "the interrupted experiment has no name" test -n "$first"
hands_off main

title "3. Go on from the last checkpoint"
last=$(checkpoint_number "$(checkpoints)")
demo "git exp run"
check "the run did not say that it continues" said "--reset"
check "training did not continue from the model" said "^continuing after epoch 4"
check "the experiment changed its name" test "$(experiment_name)" = "$first"
check "there are not 6 more checkpoints" test "$(checkpoints)" -eq 6
check "the interrupted checkpoint $last is lost" git merge-base --is-ancestor "$last" "$(checkpoint_number 1)"
middle=$(checkpoint_number 3)
best=$(checkpoint_number 6)
hands_off main

title "4. Look at all checkpoints"
demo "$table"
check "the table does not show checkpoint $middle" said "$middle"

title "5. Fork from a checkpoint in the middle, with another learning rate"
demo "git exp apply $middle"
check "the model is not the one of checkpoint $middle" grep -q '"step": 7,' metrics.json
demo "git exp run -S lr=0.1"
check "the parameter was not changed in place" grep -q '^lr: 0.1  *# size of one step' params.yaml
check "training did not continue from the checkpoint" said "^continuing after epoch 7"
fork=$(checkpoint_number 3)
check "the fork has the name of its origin" test "$(experiment_name)" != "$first"
hands_off main
demo "$table"
check "the fork does not show its parent ($middle)" said "($middle)"

title "6. Compare, start over, keep a result as a branch, clean up"
demo "git exp metrics diff $best $fork"
demo "git exp run --reset"
check "training did not start over" said "^epoch  1:"
whole=$(experiment_name)
check "a new experiment was not made" test -n "$whole" -a "$whole" != "$first"
hands_off main
demo "git exp branch $whole lower-rate"
demo "git stash --include-untracked"
demo "git checkout lower-rate"
demo "git stash drop    # what it held is in the experiment, too"
check "the branch lacks the metrics of the experiment" grep -q '"step": 10,' metrics.json
demo "git log --oneline -4"
demo "git exp gc --workspace --force"
check "an experiment is left" test -z "$(git for-each-ref 'refs/exps/[0-9a-f]*')"
check "HEAD is not on the branch" test "$(git symbolic-ref HEAD)" = refs/heads/lower-rate
check "the working tree is not clean" test -z "$(git status --porcelain)"
check "git fsck complains" git fsck --no-progress --no-dangling

printf '\n%sThe demo is done: every step did what it should.%s\n' "$bold" "$plain"

#!/bin/sh
# Installs the Debian packages that a build, the tests and the demo need; does nothing when all are there.
# Elsewhere than on Debian and its relatives it only says what is missing.

set -eu

packages="git make pkg-config libgit2-dev libyaml-dev python3 python3-venv man-db rclone git-lfs openssh-client openssh-server"

if ! command -v dpkg-query >/dev/null 2>&1; then
    missing=
    for tool in git make pkg-config python3 man; do
        command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
    done
    for library in libgit2 yaml-0.1; do
        pkg-config --exists "$library" 2>/dev/null || missing="$missing $library"
    done
    [ -z "$missing" ] || { echo "please install:$missing" >&2; exit 1; }
    exit 0
fi

# A python3 that brings its own venv module needs no package for it.
wanted=
for package in $packages; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true) in
    *" installed") continue ;;
    esac
    case $package in
    git | make | pkg-config | python3 | rclone | git-lfs) command -v "$package" >/dev/null 2>&1 && continue ;;
    python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null && continue ;;
    esac
    wanted="$wanted $package"
done
[ -n "$wanted" ] || exit 0

echo "installing$wanted"
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "please install as root:$wanted" >&2; exit 1; }
    as_root=sudo
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# Tests start an sshd of their own; the machine's is nobody's business here.
policy=/usr/sbin/policy-rc.d
case $wanted in
*openssh-server*)
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
        $as_root chmod 755 $policy
        trap '$as_root rm -f $policy' EXIT
    fi
    ;;
esac
# shellcheck disable=SC2086  # a list of names
$as_root apt-get install -y -qq --no-install-recommends $wanted

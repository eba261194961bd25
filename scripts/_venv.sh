# Sourced by scripts/demo, test and lint: an environment at .venv, made once and kept in step with
# the lock files. Stamps inside it say what it holds; each is written last, so an interrupted run
# is done again. When all stamps agree nothing is installed and no network is needed.
# shellcheck shell=bash

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
venv=$root/.venv

# What surrounds a user's shell must not reach the environment: other paths, a stale .venv.
unset PYTHONHOME PYTHONPATH
PATH=${PATH//"$venv/bin:"/}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_USER=0

fail() {
  printf '%s\n' "$@" >&2
  exit 2
}

# Silent, unless the command fails: then all it said.
quietly() {
  local said
  if ! said=$("$@" 2>&1); then
    printf '%s\n' "$said" >&2
    fail "error: could not prepare .venv; this failed: $*"
  fi
}

choose_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11; do
    if "$candidate" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      "$candidate" -I -c 'import ensurepip, venv' 2>/dev/null ||
        fail "error: $candidate cannot make virtual environments (venv or ensurepip is missing)." \
          "On Debian and Ubuntu: apt install python3-venv"
      printf '%s\n' "$candidate"
      return
    fi
    [[ $candidate != "${PYTHON:-}" ]] ||
      fail "error: PYTHON=$PYTHON does not run, or is older than Python 3.11."
  done
  fail "error: no Python 3.11 or newer found; install one, or name it: PYTHON=/path/to/python3"
}

# One line for the files named, the folder (scripts in .venv hold its path) and the Python in it.
digest() {
  local python
  python=$("$venv/bin/python" -V 2>/dev/null) || python=none
  { printf '%s\n' "$root" "${python%.*}" && cat "$@"; } |
    if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi
}

# fresh STAMP FILE...: does the environment hold what the files say?
fresh() {
  local stamp=$venv/.stamp-$1
  shift
  [[ -f $stamp && $(<"$stamp") == "$(digest "$@")" ]]
}

stamp() {
  local stamp=$venv/.stamp-$1
  shift
  digest "$@" >"$stamp"
}

install() {
  quietly "$venv/bin/python" -I -m pip install --quiet --compile "$@"
}

# Two scripts at once: the second waits for the first, and finds its work done.
one_at_a_time() {
  command -v flock >/dev/null || return 0
  exec 9<"$root/pyproject.toml"
  flock 9 || true # some network file systems cannot
}

prepare_venv() {
  local python
  local lock=("$root/scripts/requirements.txt")
  local project=("$root/pyproject.toml" "$root/tracker/_version.py")
  ! { fresh lock "${lock[@]}" && fresh project "${project[@]}"; } || return 0

  one_at_a_time
  if ! fresh lock "${lock[@]}"; then
    python=$(choose_python)
    echo "preparing .venv (first time only) ..." >&2
    rm -f "$venv"/.stamp-*
    quietly "$python" -I -m venv --clear "$venv"
    install --require-hashes --requirement "${lock[0]}"
    stamp lock "${lock[@]}"
  fi
  if ! fresh project "${project[@]}"; then
    install --no-deps --no-build-isolation --editable "$root"
    stamp project "${project[@]}"
  fi
  exec 9<&-
}

# prepare_more STAMP LOCK WHAT: what not everyone needs, put into the environment beside the rest.
prepare_more() {
  local lock=("$root/scripts/$2")
  ! fresh "$1" "${lock[@]}" || return 0

  one_at_a_time
  if ! fresh "$1" "${lock[@]}"; then
    echo "preparing $3 in .venv (first time only) ..." >&2
    install --require-hashes --requirement "${lock[0]}"
    stamp "$1" "${lock[@]}"
  fi
  exec 9<&-
}

prepare_tools() {
  prepare_more tools requirements-dev.txt "the linters"
}

# Spark is most of a gigabyte, and few changes touch what uses it: only who asks for it gets it.
prepare_spark() {
  prepare_more spark requirements-spark.txt "Spark, a large download,"
}

# Sourced by the other scripts, from the root of the repository: where things are. Tools that
# set-up fetched win over the machine's own, because their versions are the ones tried.
TARGET="${CARGO_TARGET_DIR:-$PWD/target}"
case "$TARGET" in /*) ;; *) TARGET="$PWD/$TARGET" ;; esac
TOOLS="$TARGET/tools"
export CARGO_TARGET_DIR="$TARGET"
export PATH="$TOOLS/bin:$PATH"

#!/bin/sh
# Stands on the PATH for `sync -f FOLDER`, which the preloaded library does not see. Everything below FAULT_ROOT that is
# the same before and after the flush is noted in FAULT_TRACE as flushed.
set -e
notes=$(mktemp -d)
seen() { find "$FAULT_ROOT" -printf '%p\t%T@ %C@\n' | LC_ALL=C sort; }
seen > "$notes/before"
command -p sync "$@"
seen > "$notes/after"
LC_ALL=C comm -12 "$notes/before" "$notes/after" | awk -F '\t' '{ print "0\tfsync\t0\t" $1 "\t" }' > "$notes/flushed"
dd if="$notes/flushed" bs=4M status=none >> "$FAULT_TRACE" # in one piece, between the lines of the library
rm -r "$notes"

# Writes count and mean of one site's values as JSON: summarize.sh TABLE SITE
set -eu
awk -F, -v site="$2" '
  NR > 1 && $1 == site { count++; sum += $3 }
  END {
    if (count == 0) { print "no measurement of " site > "/dev/stderr"; exit 1 }
    printf "{\"site\": \"%s\", \"count\": %d, \"mean\": %.2f}\n", site, count, sum / count
  }' "$1"

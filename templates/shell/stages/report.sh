# Writes summaries as a Markdown table: report.sh SUMMARY...
set -eu
echo '| site | count | mean |'
echo '| --- | ---: | ---: |'
sed -E 's/.*"site": "([^"]*)", "count": ([0-9]+), "mean": ([0-9.]+).*/| \1 | \2 | \3 |/' "$@"

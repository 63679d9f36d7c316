"""Writes summaries as a Markdown table: report.py SUMMARY..."""
import json
import sys

print("| site | count | mean |\n| --- | ---: | ---: |")
for path in sys.argv[1:]:
    with open(path) as file:
        summary = json.load(file)
    print(f"| {summary['site']} | {summary['count']} | {summary['mean']:.2f} |")

"""Copies a table without the rows whose value is too high: clean.py TABLE HIGHEST"""
import csv
import sys

table, highest = sys.argv[1], float(sys.argv[2])
with open(table, newline="") as file:
    rows = csv.DictReader(file)
    writer = csv.DictWriter(sys.stdout, rows.fieldnames, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for row in rows if float(row["value"]) <= highest)

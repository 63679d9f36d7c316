"""Writes count and mean of one site's values as JSON: summarize.py TABLE SITE"""
import csv
import json
import sys

table, site = sys.argv[1:]
with open(table, newline="") as file:
    values = [float(row["value"]) for row in csv.DictReader(file) if row["site"] == site]
if not values:
    sys.exit(f"{table} holds no measurement of {site}")
print(json.dumps({"site": site, "count": len(values), "mean": round(sum(values) / len(values), 2)}))

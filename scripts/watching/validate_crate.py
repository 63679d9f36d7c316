"""Validates a crate with roc-validator, without a network: validate_crate.py FOLDER.

The JSON-LD contexts come from crate-context.json: the terms that crates use, as the published contexts map them. The
validator and its JSON-LD parser ask for the published addresses, and get this file. Prints one JSON object.
"""
import json
import os
import sys

import rdflib.plugins.shared.jsonld.context as jsonld_context
from rocrate_validator import services
from rocrate_validator.models import Severity
from rocrate_validator.utils import http

folder = sys.argv[1]
with open(os.path.join(os.path.dirname(__file__), "crate-context.json"), encoding="utf-8") as file:
    CONTEXTS = json.load(file)


class Answer:
    def __init__(self, url):
        self.status_code = 200
        self.headers = {"Content-Type": "application/ld+json"}
        self.url = url
        self.text = json.dumps(CONTEXTS[url])
        self.content = self.text.encode()
        self.from_cache = True

    def json(self):
        return json.loads(self.text)


def get(self, url, *args, **kwargs):
    if url not in CONTEXTS:
        raise RuntimeError(f"no network for {url}")
    return Answer(url)


http.HttpRequester.get = get
read_source = jsonld_context.source_to_json


def source_to_json(source, *args, **kwargs):
    if isinstance(source, str) and source in CONTEXTS:
        return CONTEXTS[source], None
    return read_source(source, *args, **kwargs)


jsonld_context.source_to_json = source_to_json

findings = {}
for severity in (Severity.REQUIRED, Severity.RECOMMENDED):
    result = services.validate(
        services.ValidationSettings(
            rocrate_uri=folder,
            profile_identifier="provenance-run-crate",
            requirement_severity=severity,
            enable_profile_inheritance=True,
            skip_availability_check=True,
        )
    )
    findings[severity.name] = sorted(
        {
            f"{issue.check.identifier}: {issue.message} ({issue.violatingEntity})"
            for issue in result.get_issues(severity)
        }
    )
    checks = len(result.executed_checks)
json.dump({"findings": findings, "checks": checks}, sys.stdout)

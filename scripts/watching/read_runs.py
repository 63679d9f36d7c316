"""Prints all runs of an experiment as MLflow's own client sees them: read_runs.py URI EXPERIMENT."""
import json
import math
import sys

from mlflow.tracking import MlflowClient

uri, name = sys.argv[1:]
client = MlflowClient(tracking_uri=uri)
experiment = client.get_experiment_by_name(name)


def plain(value):
    return None if math.isnan(value) else value


def artifacts_of(run, folder=None):
    for file in client.list_artifacts(run, folder):
        if file.is_dir:
            yield from artifacts_of(run, file.path)
        else:
            yield [file.path, file.file_size]


runs = []
token = None
while experiment is not None:
    page = client.search_runs([experiment.experiment_id], page_token=token)
    for run in page:
        metrics = {
            key: [[m.step, plain(m.value), m.timestamp] for m in client.get_metric_history(run.info.run_id, key)]
            for key in run.data.metrics
        }
        runs.append(
            {
                "id": run.info.run_id,
                "name": run.info.run_name,
                "status": run.info.status,
                "started": run.info.start_time,
                "ended": run.info.end_time,
                "params": run.data.params,
                "tags": run.data.tags,
                "metrics": metrics,
                # a database alone cannot list what its server keeps
                "artifacts": sorted(artifacts_of(run.info.run_id)) if uri.startswith("http") else [],
            }
        )
    token = page.token
    if not token:
        break
json.dump(runs, sys.stdout)

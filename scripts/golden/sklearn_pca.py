"""Writes src/learn/explain/golden/pca.json: principal components as scikit-learn finds them (pip install scikit-learn).

    python scripts/golden/sklearn_pca.py
"""
import json
import pathlib

import numpy
import sklearn
from sklearn.decomposition import PCA

generator = numpy.random.default_rng(6)
cases = []
for count, width in [(9, 4), (7, 20), (40, 6)]:
    rows = (generator.normal(size=(count, width)) * generator.uniform(0.2, 2, size=width) + 3).round(4)
    pca = PCA(n_components=2, svd_solver="full").fit(rows)
    cases.append({
        "width": width,
        "rows": rows.ravel().tolist(),
        "points": pca.transform(rows).tolist(),
        "explained": pca.explained_variance_ratio_.tolist(),
    })

path = pathlib.Path(__file__).parents[2] / "src/learn/explain/golden/pca.json"
path.parent.mkdir(exist_ok=True)
path.write_text(json.dumps({"scikit-learn": sklearn.__version__, "cases": cases}, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, "bytes")

"""The images of the parts beyond the core profile, by the rules of versions.py.

They stand apart, since the core profile is measured against its pins.
"""

MLFLOW_IMAGE = "ghcr.io/mlflow/mlflow:v3.17.2-full"
VERSITYGW_IMAGE = "ghcr.io/versity/versitygw:v1.8.0"

"""The images of the parts beyond the core profile, by the rules of versions.py.

They stand apart, since the core profile is measured against its pins.
"""

BARMAN_PLUGIN = "0.14.0"
CERT_MANAGER = "1.21.0"
"""The local engine serves 1.11.5, the last whose programs can be built from published modules."""

BARMAN_PLUGIN_IMAGE = "ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.14.0"
BARMAN_SIDECAR_IMAGE = "ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.14.0"
MLFLOW_IMAGE = "ghcr.io/mlflow/mlflow:v3.17.2-full"
RCLONE_IMAGE = "docker.io/rclone/rclone:1.60.1"
"""Debian's version, which the local engine serves."""
VERSITYGW_IMAGE = "ghcr.io/versity/versitygw:v1.8.0"

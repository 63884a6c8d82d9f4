"""Every image, chart and release that the parts run: one place to read, one place to change.

The local engine builds these same names; a test holds its table against this one.
"""

CLOUDNATIVE_PG = "1.30.0"
EXTERNAL_SECRETS = "0.20.1"

BUSYBOX_IMAGE = "docker.io/library/busybox:1.37"
EXTERNAL_SECRETS_IMAGE = "ghcr.io/external-secrets/external-secrets:v0.20.1"
PGBOUNCER_IMAGE = "ghcr.io/cloudnative-pg/pgbouncer:1.24.1"
POSTGRES_IMAGE = "ghcr.io/cloudnative-pg/postgresql:17.12-minimal-trixie"
REDIS_IMAGE = "docker.io/valkey/valkey:8.1.1"

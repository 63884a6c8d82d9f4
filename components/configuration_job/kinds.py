"""Which kinds are exported, by API group: what the job asks for, and all that it may list.

Secrets are none of them: who may list them may read them. What makes them is there: their
ExternalSecrets, the databases whose operator makes them, certificates.
"""

from collections.abc import Mapping

KINDS: Mapping[str, tuple[str, ...]] = {
    "": ("configmaps", "limitranges", "resourcequotas", "serviceaccounts", "services"),
    "apps": ("daemonsets", "deployments", "statefulsets"),
    "autoscaling": ("horizontalpodautoscalers",),
    "barmancloud.cnpg.io": ("objectstores",),
    "batch": ("cronjobs", "jobs"),
    "cert-manager.io": ("certificates", "issuers"),
    "external-secrets.io": ("externalsecrets", "secretstores"),
    "generators.external-secrets.io": ("passwords",),
    "networking.k8s.io": ("ingresses", "networkpolicies"),
    "policy": ("poddisruptionbudgets",),
    "postgresql.cnpg.io": (
        "clusters",
        "databaseroles",
        "databases",
        "imagecatalogs",
        "poolers",
        "publications",
        "scheduledbackups",
        "subscriptions",
    ),
    "rbac.authorization.k8s.io": ("rolebindings", "roles"),
}

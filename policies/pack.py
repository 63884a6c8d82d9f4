"""The policies, on one page."""

from __future__ import annotations

from collections.abc import Iterator

from policies import (
    access,
    backups,
    compute,
    credentials,
    disruption,
    host,
    images,
    labels,
    network,
    privileges,
    probes,
    visibility,
    waivers,
)
from policies.manifests import any_object, containers, kinds, name_of, pods, serving, sized
from policies.policy import Finding, Level, ObjectPolicy, Objects, Policy, Seen, StackPolicy

OBJECT_POLICIES = (
    # What runs
    ObjectPolicy(
        name="images-pinned",
        sentence="Every image has a digest, or a tag other than latest.",
        of=sized,
        complaints=images.unpinned,
    ),
    ObjectPolicy(
        name="resources-declared",
        sentence="Every container says what CPU and memory it needs, and its limit of memory.",
        of=sized,
        complaints=compute.unsized,
    ),
    ObjectPolicy(
        name="probes-declared",
        sentence="Every container that serves can be asked whether it is ready and alive.",
        of=serving,
        complaints=probes.unprobed,
    ),
    ObjectPolicy(
        name="labelled",
        sentence="Every part is labelled with its name and what it is part of.",
        of=kinds("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Service", "Cluster"),
        complaints=labels.unlabelled,
    ),
    # What it may do
    ObjectPolicy(
        name="not-root",
        sentence="No container runs as root.",
        of=containers,
        complaints=privileges.runs_as_root,
    ),
    ObjectPolicy(
        name="read-only-root",
        sentence="No container writes to its own image.",
        of=containers,
        complaints=privileges.writes_to_its_image,
    ),
    ObjectPolicy(
        name="least-privilege",
        sentence="No container has, or can gain, a privilege.",
        of=containers,
        complaints=privileges.keeps_privileges,
    ),
    ObjectPolicy(
        name="seccomp",
        sentence="Every container has a seccomp profile.",
        of=containers,
        complaints=privileges.makes_any_syscall,
    ),
    ObjectPolicy(
        name="off-the-host",
        sentence="No pod touches its node's namespaces, files or ports.",
        of=pods,
        complaints=host.reaches_the_host,
    ),
    ObjectPolicy(
        name="restricted-namespaces",
        sentence="Every namespace enforces Pod Security restricted.",
        of=kinds("Namespace"),
        complaints=host.is_not_restricted,
    ),
    # Who may do what
    ObjectPolicy(
        name="no-wildcard-roles",
        sentence="No role grants everything, or the means to it.",
        of=kinds("Role", "ClusterRole"),
        complaints=access.grants_everything,
    ),
    ObjectPolicy(
        name="no-admin-bindings",
        sentence="No one is bound to an administrator's role.",
        of=kinds("RoleBinding", "ClusterRoleBinding"),
        complaints=access.binds_an_admin,
    ),
    ObjectPolicy(
        name="tokens-asked-for",
        sentence="No pod has an API token that it did not ask for.",
        of=pods,
        complaints=access.has_a_token_unasked,
    ),
    # Secrets
    ObjectPolicy(
        name="secrets-made-in-cluster",
        sentence="No Secret is declared with its values.",
        of=kinds("Secret"),
        complaints=credentials.carries_values,
    ),
    ObjectPolicy(
        name="secrets-by-reference",
        sentence="No container has a secret written into its environment or arguments.",
        of=containers,
        complaints=credentials.spells_out_secrets,
    ),
    ObjectPolicy(
        name="no-secret-in-config",
        sentence="No ConfigMap holds a secret.",
        of=kinds("ConfigMap"),
        complaints=credentials.publishes_secrets,
    ),
    # The policies themselves
    ObjectPolicy(
        name="nothing-hidden",
        sentence="Every object is declared where the policies see it.",
        of=visibility.opaque,
        complaints=visibility.hides_objects,
    ),
    ObjectPolicy(
        name="waivers-shown",
        sentence="Every waiver in force is shown with its reason.",
        of=any_object,
        complaints=waivers.waived,
        level=Level.ADVISORY,
        in_dev=Level.ADVISORY,
    ),
)

STACK_POLICIES = (
    StackPolicy(
        name="default-deny",
        sentence="In every namespace with workloads, traffic is denied unless a policy allows it.",
        of=network.inhabited,
        complaints=network.lets_all_talk,
    ),
    StackPolicy(
        name="disruption-budget",
        sentence="Every replicated workload keeps replicas, and lets a node be drained.",
        of=disruption.replicated,
        complaints=disruption.may_lose_all,
    ),
    StackPolicy(
        name="replicas-spread",
        sentence="The replicas of a workload are spread over nodes.",
        of=disruption.replicated,
        complaints=disruption.sits_together,
    ),
    StackPolicy(
        name="postgres-backed-up",
        sentence="Every Postgres has a place for its backups and a schedule.",
        of=backups.databases,
        complaints=backups.is_not_backed_up,
        in_dev=Level.ADVISORY,
    ),
)


def judge(policy: Policy[Seen], seen: Seen) -> Iterator[Finding]:
    """What a policy finds wrong, but for what is waived."""
    for finding in policy.findings(seen):
        if not waivers.is_waived(policy.name, finding.owner):
            yield finding


def idle_waivers(objects: Objects) -> Iterator[str]:
    """Waivers that excuse nothing, but for those of a profile that is not raised."""
    there = {name_of(each) for each in objects}
    needed = {
        *(need for each in objects for policy in OBJECT_POLICIES for need in _needs(policy, each)),
        *(need for policy in STACK_POLICIES for need in _needs(policy, objects)),
    }
    for waiver in waivers.WAIVERS:
        away = waiver.profile and waiver.object not in there
        if not away and (waiver.policy, waiver.object) not in needed:
            yield f"{waiver.object}: the waiver of {waiver.policy} excuses nothing; remove it"


def _needs(policy: Policy[Seen], seen: Seen) -> Iterator[tuple[str, str]]:
    return ((policy.name, name_of(finding.owner)) for finding in policy.findings(seen))

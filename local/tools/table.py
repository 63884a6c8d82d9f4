"""The table of tools: what the engine builds from the Go module proxy, pinned to the checksum.

Two ways: in the module's own directory (the rule: its go.mod and go.sum apply, so the result is
upstream's), or from a lock module of ours under local/modules, where the program's go.mod replaces
nested modules by paths that its zip lacks.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One build: a module at a version, and the programs made of it."""

    name: str
    module: str
    version: str
    checksum: str
    """Of the module's zip (h1:…). Another one is refused."""
    programs: Mapping[str, str]
    """Program → its package; several programs are named as their packages are."""
    seconds: int
    """Measured on 2 cores with empty caches, downloads included."""
    megabytes: int
    """What that adds to the cache: modules, compiled packages, programs."""
    release: str = ""
    """What upstream calls the version, where the module's says something else."""
    lock: str = ""
    """The lock module under local/modules; empty means in its own directory."""
    tags: str = ""
    cgo: bool = False
    packages: tuple[str, ...] = ()
    """Debian packages that the build needs."""
    stamps: tuple[str, ...] = ()
    """Variables that the linker sets to the version."""
    embeds: tuple[str, ...] = ()
    """Files of the module that belong beside our own main.go."""
    scripts: tuple[str, ...] = ()
    """Files of the module that belong beside the programs, executable."""
    releases: tuple[str, ...] = ()
    """Manifests of the module that a stack applies."""
    charts: tuple[str, ...] = ()
    """Helm charts of the module that a stack renders."""
    includes: tuple[str, ...] = ()
    """Tools whose programs must lie in the same folder."""

    @property
    def stamp(self) -> str:
        """The version as the program tells it."""
        return self.release or self.version


_KUBERNETES = "k8s.io/kubernetes/cmd"
_VERSION = "k8s.io/component-base/version"
_PULUMI = "github.com/pulumi/pulumi"
_PROVIDER = "cmd/pulumi-resource-kubernetes"

_TABLE = (
    # The node: control plane, agents, registry
    Tool(
        name="kubernetes",
        module="k8s.io/kubernetes",
        version="v1.36.3",
        checksum="h1:qDQdoMiluAE2Eab6Fa52YV+WjiGz9mZFFoagEA6cI+o=",
        lock="kubernetes",
        programs={
            program: f"{_KUBERNETES}/{program}"
            for program in (
                "kube-apiserver",
                "kube-controller-manager",
                "kube-scheduler",
                "kubelet",
                "kube-proxy",
                "kubectl",
                "kubeadm",
            )
        },
        stamps=(
            f"{_VERSION}.gitVersion={{version}}",
            f"{_VERSION}.gitMajor=1",
            f"{_VERSION}.gitMinor=36",
            f"{_VERSION}.gitTreeState=clean",
            "k8s.io/client-go/pkg/version.gitVersion={version}",
        ),
        seconds=322,
        megabytes=4600,
    ),
    Tool(
        name="etcd",
        module="go.etcd.io/etcd/server/v3",
        version="v3.6.8",
        checksum="h1:U2strdSEy1U8qcSzRIdkYpvOPtBy/9i/IfaaCI9flZ4=",
        lock="etcd",
        programs={"etcd": "go.etcd.io/etcd/server/v3"},
        seconds=49,
        megabytes=500,
    ),
    Tool(
        name="containerd",
        module="github.com/containerd/containerd/v2",
        version="v2.4.2",
        checksum="h1:p6Qg+xbEz8lvwdhHDx0U469xENvp4LgGBx+E7djXkGw=",
        programs={
            "containerd": "./cmd/containerd",
            "containerd-shim-runc-v2": "./cmd/containerd-shim-runc-v2",
            "ctr": "./cmd/ctr",
        },
        tags="no_btrfs,no_zfs,no_devmapper",
        stamps=("github.com/containerd/containerd/v2/version.Version={version}",),
        seconds=61,
        megabytes=1200,
    ),
    Tool(
        name="runc",
        module="github.com/opencontainers/runc",
        version="v1.5.2",
        checksum="h1:eUUowc2WJCnFYzI87C1WqRcu356Dk/wsoi90y+2wEfE=",
        programs={"runc": "."},
        tags="seccomp",
        cgo=True,
        packages=("gcc", "libc6-dev", "libseccomp-dev", "pkg-config"),
        seconds=11,
        megabytes=100,
    ),
    Tool(
        name="kube-router",
        module="github.com/cloudnativelabs/kube-router/v2",
        version="v2.1.0",
        checksum="h1:xWsptKtmZ44L+NjwFKoFAFlVdxCz8fka9A/eYJe95Ok=",
        programs={"kube-router": "./cmd/kube-router"},
        stamps=("github.com/cloudnativelabs/kube-router/v2/pkg/version.Version={version}",),
        seconds=96,
        megabytes=1700,
    ),
    Tool(
        name="registry",
        module="github.com/distribution/distribution/v3",
        version="v3.1.2",
        checksum="h1:/Bv2YIqqSR00HiO49FT93hovy6r9IlrzwUDsJjCN5qg=",
        programs={"registry": "./cmd/registry"},
        stamps=("github.com/distribution/distribution/v3/version.version={version}",),
        seconds=65,
        megabytes=1800,
    ),
    # What images are made of and with
    Tool(
        name="crane",
        module="github.com/google/go-containerregistry",
        version="v0.22.1",
        checksum="h1:RZuuSYhTvlDvtsK+NkutoCZ//C0X2ebLK8X8l3ULs84=",
        programs={"crane": "./cmd/crane"},
        stamps=("github.com/google/go-containerregistry/cmd/crane/cmd.Version={version}",),
        seconds=25,
        megabytes=150,
    ),
    Tool(
        name="coredns",
        module="github.com/coredns/coredns",
        version="v1.15.0",
        checksum="h1:OBT+OEyHVdUiVxPhrNlC5XZVq3RkSxzQXfZQ76gm5ck=",
        programs={"coredns": "."},
        seconds=104,
        megabytes=2500,
    ),
    Tool(
        name="local-path-provisioner",
        module="github.com/rancher/local-path-provisioner",
        version="v0.0.30",
        checksum="h1:OkiuofkCSscddl7tma/B9Ox1wu+JEVSrP7IcZI65Ggo=",
        programs={"local-path-provisioner": "."},
        stamps=("main.VERSION={version}",),
        seconds=60,
        megabytes=900,
    ),
    Tool(
        name="metrics-server",
        module="sigs.k8s.io/metrics-server",
        version="v0.9.0",
        checksum="h1:nlqqZ2H0Xfko8eJC/1qaNVVT17hu4rxndkOi22KTZ4w=",
        programs={"metrics-server": "./cmd/metrics-server"},
        stamps=("k8s.io/client-go/pkg/version.gitVersion={version}",),
        seconds=109,
        megabytes=1400,
    ),
    Tool(
        name="cloudnative-pg",
        module="github.com/cloudnative-pg/cloudnative-pg",
        version="v1.30.0",
        checksum="h1:fnhVq44xXx97MNiuvJsPrX1vSjYbgdyBK5MSGfdHdp0=",
        programs={"manager": "./cmd/manager"},
        releases=("releases/cnpg-1.30.0.yaml",),
        seconds=114,
        megabytes=1300,
    ),
    Tool(
        name="external-secrets",
        module="github.com/external-secrets/external-secrets",
        version="v0.20.1",
        checksum="h1:6dnPftnv0h9fHMXpFB534Kj+eAQOEmPwVqGyL3ICv2g=",
        programs={"external-secrets": "."},
        # Only what the stack uses: the whole bundle is 23 definitions, 14 MB in Pulumi's state.
        releases=(
            "config/crds/bases/external-secrets.io_externalsecrets.yaml",
            "config/crds/bases/external-secrets.io_secretstores.yaml",
            "config/crds/bases/generators.external-secrets.io_generatorstates.yaml",
            "config/crds/bases/generators.external-secrets.io_passwords.yaml",
        ),
        charts=("deploy/charts/external-secrets",),
        seconds=352,
        megabytes=4700,
    ),
    # The engine that deploys
    Tool(
        name="pulumi-language-python",
        module=f"{_PULUMI}/sdk/v3",
        version="v3.79.0",
        checksum="h1:GJ46WDwJ78jQ9qJW0nI1WdnypjCNkRQG9rVymw0go9A=",
        lock="language-python",
        programs={
            "pulumi-language-python": f"{_PULUMI}/sdk/v3/python/cmd/pulumi-language-python",
        },
        scripts=(
            "python/cmd/pulumi-language-python-exec",
            "python/dist/pulumi-analyzer-policy-python",
            "python/dist/pulumi-resource-pulumi-python",
        ),
        seconds=18,
        megabytes=400,
    ),
    Tool(
        name="pulumi",
        module=f"{_PULUMI}/pkg/v3",
        version="v3.215.0",
        checksum="h1:/3HEWgLEa8QDqwQd6qv1A66c5+9azGaVtpCUXTkFnr0=",
        lock="pulumi",
        programs={"pulumi": f"{_PULUMI}/pkg/v3/cmd/pulumi"},
        stamps=(f"{_PULUMI}/sdk/v3/go/common/version.Version={{version}}",),
        includes=("pulumi-language-python",),
        seconds=86,
        megabytes=2100,
    ),
    Tool(
        name="pulumi-resource-kubernetes",
        module="github.com/pulumi/pulumi-kubernetes/provider/v4",
        version="v4.0.0-20260115033456-f47bc2d6f199",
        release="4.25.0",
        checksum="h1:j2bphCf7c2YhnBrhwht2f3TNRRgcMImltUlAgzxr9H4=",
        lock="pulumi",
        programs={"pulumi-resource-kubernetes": "."},
        embeds=(f"{_PROVIDER}/schema.json", f"{_PROVIDER}/terraform-mapping.json"),
        stamps=("main.version={version}",),
        seconds=403,
        megabytes=3000,
    ),
)

TOOLS: Mapping[str, Tool] = {tool.name: tool for tool in _TABLE}

_CLUSTER = ("kubernetes", "etcd", "containerd", "runc", "kube-router", "registry")
_IMAGES = (
    "crane",
    "coredns",
    "local-path-provisioner",
    "metrics-server",
    "cloudnative-pg",
    "external-secrets",
)
_ENGINE = ("pulumi", "pulumi-resource-kubernetes")

SETS: Mapping[str, tuple[str, ...]] = {
    "cluster": _CLUSTER,
    "images": _IMAGES,
    "engine": _ENGINE,
    "core": _CLUSTER + _IMAGES + _ENGINE,
    "all": tuple(tool.name for tool in _TABLE),
}
"""Names for several tools at once; `core` is what the core profile needs, `all` every part."""

OWNERS: Mapping[str, Tool] = {program: tool for tool in _TABLE for program in tool.programs}
"""Program → the tool that builds it."""

"""The configuration backup's job: its plan, its program and its pod."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pulumi import Input, Output

from components.archive_specs import Access
from components.cloud_buckets import S3Bucket
from components.component import Spec
from components.configuration_job.kinds import KINDS
from components.object_store import Bucket
from components.pods import Mount
from components.run_record import config_files
from components.scheduled_jobs import PROGRAM_HOME, python_job, scheduled

HERE = Path(__file__).parent
PROGRAM = "configuration_job"
SHARED = (
    "verification_job/__init__.py",
    "verification_job/cluster_api.py",
    "verification_job/errors.py",
    "verification_job/runs.py",
)
"""What it takes from the other job: the API server's client and the record's shape."""
FILES = "/run/configuration"
SECONDS = 900

S3Place = Bucket | S3Bucket
"""Where configurations can go: the job speaks S3 alone."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the job is told, all but secrets."""

    place: S3Place
    encryption: str
    namespaces: Sequence[Input[str]]
    keep_days: int
    record: str
    home: Input[str]

    @property
    def text(self) -> Output[str]:
        """As the job reads it."""
        place = self.place
        return Output.json_dumps(
            {
                "namespaces": list(self.namespaces),
                "kinds": KINDS,
                "keep_days": self.keep_days,
                "bucket": {
                    "name": place.name,
                    "region": place.region,
                    "endpoint": place.endpoint_url if isinstance(place, Bucket) else "",
                    "encryption": self.encryption,
                },
                "record": {"namespace": self.home, "name": self.record},
            }
        )


def modules() -> dict[str, str]:
    """The program by path below `components/`; a config map's keys have dots for slashes."""
    own = [str(file.relative_to(HERE)) for file in (HERE / PROGRAM).glob("*.py")]
    return {path: (HERE / path).read_text() for path in sorted((*own, *SHARED))}


def key_of(path: str) -> str:
    """A path as the key of a config map."""
    return path.replace("/", ".")


def job_of(
    labels: Mapping[str, str],
    *,
    schedule: str,
    account: str,
    plan: Input[str],
    program: Input[str],
    place: S3Place,
    way: Access,
) -> Spec:
    """The job, by the clock."""
    env: list[Spec] = [{"name": name, "value": value} for name, value in way.env.items()]
    mounts = [_program(program), config_files("plan", f"{FILES}/plan", plan)]
    if isinstance(place, Bucket):
        found = place.credentials
        env.append({"name": "AWS_SHARED_CREDENTIALS_FILE", "value": f"{FILES}/bucket/{found.key}"})
        items = [{"key": found.key, "path": found.key}]
        secret = {"secret_name": found.secret, "items": items, "default_mode": 0o440}
        mounts.append(Mount(name="bucket", path=f"{FILES}/bucket", source={"secret": secret}))
    job = python_job(
        {
            "name": "configuration",
            "command": ["python3", "-m", f"components.{PROGRAM}", f"{FILES}/plan/plan.json"],
            "args": ["backup"],
        },
        labels=labels,
        account=account,
        memory="192Mi",
        mounts=mounts,
        seconds=SECONDS,
        env=env,
    )
    return scheduled(job, schedule)


def _program(config_map: Input[str]) -> Mount:
    items = [{"key": key_of(path), "path": f"components/{path}"} for path in modules()]
    source: Spec = {"config_map": {"name": config_map, "items": items}}
    return Mount(name="program", path=PROGRAM_HOME, source=source)

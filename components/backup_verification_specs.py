"""The verification's job and its plan."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pulumi import Input, Output

from components.archive import Archive
from components.component import Spec
from components.pods import secret_files
from components.postgres import Postgres
from components.postgres_specs import API, PORT
from components.recovery_specs import one_instance_of, recovery_of
from components.run_record import config_files
from components.scheduled_jobs import PROGRAM_HOME, python_job, scheduled
from components.secret_key import SecretKey
from components.verification_job.comparing import Table

PROGRAM = Path(__file__).with_name("verification_job")
RESTORED_NAME = "restored"
"""The throw-away database: always the same, so that its paths can be declared."""
FILES = "/run/verification"
PATIENCE = 1200
LAG_SECONDS = 600
"""The log is sent after five minutes at the latest; twice that is late."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the job is told, all but secrets."""

    name: str
    of: Postgres
    archive: Archive
    tables: Sequence[Table]
    home: Input[str]
    away: Input[str]

    @property
    def text(self) -> Output[str]:
        """As the job reads it."""
        archive = self.archive.name
        database = self.of.database
        cluster = {
            "apiVersion": API,
            "kind": "Cluster",
            "metadata": {"name": RESTORED_NAME, "namespace": self.away},
            "spec": {
                **one_instance_of(self.of.described, archive=archive),
                **recovery_of(self.of.server, archive=archive, owner=database),
                **self.archive.service_account,
            },
        }
        at = {"port": PORT, "dbname": database}
        host = Output.format("{}-rw.{}.svc", RESTORED_NAME, self.away)
        return Output.json_dumps(
            {
                "namespace": self.away,
                "cluster": cluster,
                "credentials": "".join(self.archive.place.secrets),
                "original": {"host": self.of.host, "user": self.name, **at},
                "restored": {"host": host, "user": database, **at},
                "tables": [asdict(table) for table in self.tables],
                "record": {"namespace": self.home, "name": f"{self.name}-record"},
                "patience_seconds": PATIENCE,
                "lag_seconds": LAG_SECONDS,
            }
        )


def modules() -> dict[str, str]:
    """The program, by file."""
    return {file.name: file.read_text() for file in sorted(PROGRAM.glob("*.py"))}


def job_of(
    labels: Mapping[str, str],
    *,
    schedule: str,
    account: str,
    plan: Input[str],
    program: Input[str],
    password: SecretKey,
    ca: SecretKey,
    bucket: Sequence[SecretKey],
) -> Spec:
    """The job, by the clock."""
    job = python_job(
        {"name": "verification", "command": ["python3", "-m", PROGRAM.name, FILES]},
        labels=labels,
        account=account,
        memory="128Mi",
        mounts=(
            config_files("program", f"{PROGRAM_HOME}/{PROGRAM.name}", program),
            config_files("plan", f"{FILES}/plan", plan),
            secret_files(
                f"{FILES}/original", {"password": password, "ca.crt": ca}, name="original"
            ),
            *(
                [secret_files(f"{FILES}/bucket", {at.key: at for at in bucket}, name="bucket")]
                if bucket
                else []
            ),
        ),
        seconds=PATIENCE + 900,
    )
    return scheduled(job, schedule)

"""What a drill acts on, and what it can ask while it does."""

from dataclasses import dataclass, field
from functools import cached_property

from local.cluster import roster
from local.cluster.layout import Cluster, Node
from tests.drills.clients import Clients
from tests.drills.clock import now
from tests.drills.primaries import Primaries, before
from tests.e2e.parts import HEALTHY, PRIMARY, postgres
from tests.e2e.pods import Pod
from tests.e2e.stack import CLUSTER, RunningStack


@dataclass
class Scene:
    """The running stack with clients at work, and notes of what happens when."""

    stack: RunningStack
    clients: Clients
    primaries: Primaries
    fault: float = 0.0
    """When the fault struck."""
    notes: list[tuple[float, str]] = field(default_factory=list)

    def struck(self, what: str) -> None:
        """This is the moment that everything is counted from."""
        self.fault = now()
        self.note(what)

    def note(self, what: str) -> None:
        """Something that belongs on the timeline."""
        self.notes.append((now(), what))

    @cached_property
    def cluster(self) -> Cluster:
        """As the engine laid it out."""
        return roster.find(CLUSTER)

    def primary(self) -> Pod:
        """The pod of the database that is written to."""
        return PRIMARY.pods(self.stack)[0]

    def node_of(self, pod: Pod) -> Node:
        """Where a pod runs, as the engine knows it."""
        return next(it for it in self.cluster.nodes if it.name == pod.spec.node_name)

    def postgres_name(self) -> str:
        """The database's name in Kubernetes."""
        return str(postgres(self.stack)["metadata"]["name"])

    def moved(self) -> bool:
        """Whether another instance is primary than at the fault, and settled."""
        old = before(self.fault, self.primaries.seen)
        last = self.primaries.last()
        if old is None or last is None:
            return False
        return old.current != last.current == last.target

    def settled(self) -> bool:
        """Whether the operator has nothing left to do."""
        last = self.primaries.last()
        return last is not None and last.phase == HEALTHY

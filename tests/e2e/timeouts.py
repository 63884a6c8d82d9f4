"""How long each kind of thing may take on two busy cores, in seconds. The only such table."""

COMMAND = 60
"""A command in a pod, or a question to Pulumi."""

JUDGE = 180
"""A preview or an update of a few objects that need no cluster."""

RENDER = 300
"""The whole stack, rendered and judged without a cluster."""

REQUEST = 10
"""One HTTP request."""

BATCH = 60
"""One request with as many payments as it may hold."""

POD = 90
"""From a pod's creation until it ran to its end, image pull included."""

REFUSED = 4
"""A connection that no answer comes to within this time is blocked, not slow."""

ROLLBACK = 30
"""Until every replica decides by the model before: the bar itself."""

POLICY = 30
"""Until the agent enforces a new network policy."""

METRICS = 120
"""Until metrics-server and the autoscaler have seen a new pod."""

BACKFILL = 180
"""Until the history is loaded; its own bar is 60."""

RULES = 10
"""Until every replica judges by the rule set that went live."""

RECOVERY = 300
"""Until something that was killed serves again."""

BACKED_UP = 900
"""One base backup of some gigabytes."""

ARCHIVED = 120
"""Until a finished piece of the log is in the archive."""

CAUGHT_UP = 300
"""Until the other region has read what was archived in this one: archive, copy, fetch."""

RESTORED = 900
"""From asking for a restored database until it serves: some gigabytes on two cores."""

VERIFIED = 1500
"""One run of the verification of backups, from its start to its record."""

DESTROY = 300
"""The command that takes the stack down."""

GONE = 180
"""Until a deleted thing has left the cluster."""

EXPORTED = 180
"""One export of the platform's objects, from its start to its record."""

KEEPER = 300
"""How long a pod that opens the bucket for a command lives at most."""

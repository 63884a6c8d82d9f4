"""How long each kind of thing may take on two busy cores, in seconds. The only such table."""

COMMAND = 120
"""A command in a pod, or a question to Pulumi."""

JUDGE = 180
"""A preview or an update of a few objects that need no cluster."""

RENDER = 300
"""The whole stack, rendered and judged without a cluster."""

REQUEST = 30
"""One HTTP request."""

AGAIN = 90
"""How long a client comes again while it is told to."""

BATCH = 60
"""One request with as many payments as it may hold."""

POD = 180
"""From a pod's creation until it ran to its end, image pull included."""

REFUSED = 4
"""A connection that no answer comes to within this time is blocked, not slow."""

ROLLBACK = 30
"""Until every replica decides by the model before: the bar itself."""

POLICY = 60
"""Until the agent enforces a network policy that is new, or one on a pod that is."""

METRICS = 300
"""Until metrics-server and the autoscaler have seen a new pod."""

BACKFILL = 600
"""Until the history is loaded, by as many tries as its job has; its own bar is 60."""

RULES = 60
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

DESTROY = 900
"""The command that takes the stack down."""

GONE = 600
"""Until a deleted thing has left the cluster."""

EXPORTED = 180
"""One export of the platform's objects, from its start to its record."""

KEEPER = 300
"""How long a pod that opens the bucket for a command lives at most."""

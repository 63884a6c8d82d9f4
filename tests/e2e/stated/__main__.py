"""One part with an output that is a secret."""

import pulumi


class Part(pulumi.ComponentResource):
    """Nothing but its name and what it exports."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__("stated:parts:Part", name)
        self.register_outputs({"value": pulumi.Output.secret(value)})


value = pulumi.Config().require("value")
for each in ("one", "two"):
    Part(each, value)
pulumi.export("value", pulumi.Output.secret(value))

"""What an operator does with two regions: the runbook is the command, and each step shows its time.

It needs the settings of the stack, both kubeconfigs and the witness; no Pulumi and no state.
"""

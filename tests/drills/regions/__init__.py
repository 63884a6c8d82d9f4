"""Drills of a whole region: two clusters, the witness and the edge of `STACK=drill`."""

"""The schema, step by step. `python -m app migrate` takes a database to the last one."""

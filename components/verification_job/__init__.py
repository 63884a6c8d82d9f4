"""What restores a backup and looks at it: runs in a pod of its own, with Barman's Python.

Standard library and psycopg2 alone. The part hands it over as a config map, so nothing in here
imports the rest of the platform.
"""

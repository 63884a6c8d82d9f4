"""What writes the platform's objects into a bucket: runs in a pod of its own, with Barman's Python.

Standard library and boto3 alone. The part hands it over as a config map, with the two files of
the other job that it stands on, so nothing in here imports the rest of the platform.
"""

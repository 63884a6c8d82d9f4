"""What stands outside of all clusters: a witness, and the edge through which clients come."""

"""Shapes of what virtual machines run on: hosts, clusters, datastores, pools, vCenters; snapshots by name."""

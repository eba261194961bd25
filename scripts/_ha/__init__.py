"""High availability, shown: scripts/ha."""

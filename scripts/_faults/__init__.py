"""What scripts/faults is made of. Programs, no part of the package: they use its public door."""

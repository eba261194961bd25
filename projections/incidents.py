"""Incidents: fighting, strikes, offensives, attacks."""

from projections.chronology import Chronology

CHRONOLOGY = Chronology("incidents", frozenset({"combat"}))

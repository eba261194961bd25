"""Humanitarian: people displaced, services cut, evacuations planned."""

from projections.chronology import Chronology

CHRONOLOGY = Chronology("humanitarian", frozenset({"humanitarian"}))

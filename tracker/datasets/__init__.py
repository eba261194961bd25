"""Data sets: tables of other people, read through a mapping into facts."""

"""Drafting: from the prose of an article to a proposed fact sheet."""

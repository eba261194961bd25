"""Drafting: from an article to a fact sheet that a person goes on from."""

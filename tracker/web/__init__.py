"""The web: the served app, its JSON API, and the written report."""

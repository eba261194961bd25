"""The version, stated once: the build and ``tracker --version`` both read it here."""

__version__ = "0.1.0"

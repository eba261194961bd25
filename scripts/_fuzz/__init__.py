"""What scripts/fuzz is made of. Programs, no part of the package: they use its parsers.

No engine that instruments the interpreter: those there are run on some systems only, and what they
find cannot be found again from a seed. What guides this one is what the parsers say: an input that
is told of in new words joins those that are changed further.
"""

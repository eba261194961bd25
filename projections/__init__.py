"""The read side: from events to claims, from claims to beliefs, from beliefs to answers.

Nothing here reads a clock or opens a file but the read model.
"""

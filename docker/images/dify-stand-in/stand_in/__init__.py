"""STAND-IN for Dify's services, for tests: does nothing of what Dify is for, and really uses all that it is given.

Reads its environment (Dify's variable names) and mounts, and nothing else.
"""

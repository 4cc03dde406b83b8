#!/bin/sh
# STAND-IN, not Dify.
exec python3 -m stand_in sandbox

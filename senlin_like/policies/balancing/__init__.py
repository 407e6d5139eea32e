"""What the load-balancing policy does in a cloud, turn by turn.

The verbs work as those of profile types do (``profiles.base``): each starts
one change, answers ``Again`` with what to wait for, and may be cut off after
any call and started over. None of them knows who calls it.
"""

"""A whole cloud kept in SQL, for trials, tests and demonstrations.

It knows nothing of clusters, lives in its own database (or in tables of its
own, named ``cloud_...``), is shared by all processes that use the same
database, and survives restarts. Nothing runs in the background: states follow
from the time of reading.

What it lacks of a real cloud: machines that compute anything, consoles,
snapshots that are taken, passwords (they are accepted and forgotten), IPv6,
routers and traffic (load balancers have members, but carry no requests), live
migration, capacity of hosts, the resources inside a stack, images and processes
of containers, and delays in the calls themselves unless a fault rule asks for
them.
"""

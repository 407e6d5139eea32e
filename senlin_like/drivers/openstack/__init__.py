"""OpenStack behind the Protocols: Nova, Neutron, Glance, Cinder, Heat, Octavia."""

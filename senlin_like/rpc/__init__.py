"""The one message that is sent: there is work."""

"""Proofs by force: stepped engines that crash, and real ones that are killed."""

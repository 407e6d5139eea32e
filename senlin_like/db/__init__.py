"""The service's tables and every statement that touches them."""

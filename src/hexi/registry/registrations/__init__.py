"""Registrations: public data resources that the node registers, from application to cancellation."""

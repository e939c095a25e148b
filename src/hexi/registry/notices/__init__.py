"""Notices: what somebody should know, kept until they have read it."""

"""Parties: organisations and persons as identity anchors."""

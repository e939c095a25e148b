"""Drafts: contracts on their way from an upload to a published dataset."""

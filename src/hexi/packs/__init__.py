"""Packs: folders of declarations that install, test themselves and leave."""

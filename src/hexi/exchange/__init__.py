"""Exchange: what leaves the node, to whom, under which grant."""

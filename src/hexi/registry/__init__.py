"""Who there is, what there is, and what happened: the registers of the node."""

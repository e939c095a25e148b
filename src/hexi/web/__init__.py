"""The portal: pages over the rooms below; decides nothing."""

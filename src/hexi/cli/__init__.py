"""The command line: translates words into actions; decides nothing."""

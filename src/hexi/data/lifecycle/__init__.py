"""One run: collect, clean, test, split, commit, certify."""

"""Worker pools that grade many submissions in parallel, on this machine or on a cluster."""

"""Judge the answers of a submission, outside the process that computed them."""

"""What a notebook takes over from an earlier one."""

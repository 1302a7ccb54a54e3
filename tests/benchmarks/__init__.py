"""What the rules cost: our services against the same statements without any rule, side by side in one run."""

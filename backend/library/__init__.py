"""What was learned is kept: exemplary cases in which nobody can be recognized."""

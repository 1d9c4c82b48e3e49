"""What every world, machine, spec and import owes to the rest."""

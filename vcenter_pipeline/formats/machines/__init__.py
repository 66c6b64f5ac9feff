"""Shapes of virtual machines, and of what belongs to one."""

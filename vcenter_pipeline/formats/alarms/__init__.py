"""Shapes of triggered alarms: there is no Ansible module for them, so there are many."""

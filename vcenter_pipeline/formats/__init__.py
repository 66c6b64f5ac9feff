"""What Ansible wrote -> records. Knows files and shapes; nothing of sources, keys or tables.

documents      bytes -> plain values
reading        goes through them, and asks `shapes` what each is; `stamp` looks when the report was collected
machines       shapes of virtual machines
estate         shapes of what they run on
alarms         shapes of triggered alarms
values         words, numbers and times out of items
catalogue      the page that documents every shape, from its own example
"""

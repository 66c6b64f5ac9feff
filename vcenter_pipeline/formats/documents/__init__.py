"""Bytes -> plain values: compression, encoding, JSON, JSONL, YAML, and what Ansible prints around them."""

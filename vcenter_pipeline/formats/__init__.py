"""What Ansible wrote -> records. Knows files and shapes; nothing of sources, keys or tables."""

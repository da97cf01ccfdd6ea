"""What an attacker tries at the pages, one module for each row of docs/security.md."""

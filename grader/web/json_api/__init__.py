"""What programs may ask of the service: JSON under ``/api/v1``, and nothing else."""
